import type { Reference } from "../reference.ts";
import type { HardestMapsProblem } from "./hardestMaps.ts";

/** scale · loss, and scale · weight, of the topk maps of each sample with the largest loss, 0 for the others, in float64. */
export function hardestMapsReference(
  { batch, maps, topk, scale }: HardestMapsProblem,
  loss: Float64Array,
  weight: Float64Array,
): { readonly hardest: Reference; readonly hardestWeight: Reference } {
  const chosen = new Set<number>();
  for (let sample = 0; sample < batch; sample++) {
    const ofSample = Array.from({ length: maps }, (_, map) => sample * maps + map);
    const height = (at: number): number => (Number.isNaN(loss[at]!) ? Number.MAX_VALUE : Math.min(loss[at]!, 1e300));
    // A stable sort: the first of equal losses come first.
    for (const at of ofSample.sort((a, b) => height(b) - height(a)).slice(0, topk)) chosen.add(at);
  }
  const kept = (values: Float64Array): Reference => {
    const value = values.map((element, at) => (chosen.has(at) ? scale * element : 0));
    return { value, magnitude: value.map(Math.abs), terms: 1 };
  };
  return { hardest: kept(loss), hardestWeight: kept(weight) };
}
