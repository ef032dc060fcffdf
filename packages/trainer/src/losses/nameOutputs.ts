import type { Graph, Tensor } from "@kindling/autograd";
import type { ModelOutput } from "@kindling/models";

/** Lets terms find what a network puts out by its names there, below the path that it has: `student.heatmaps.1`. */
export function nameOutputs(graph: Graph, path: string, outputs: readonly ModelOutput[], made: readonly Tensor[]): void {
  for (const [i, { name }] of outputs.entries()) graph.name(made[i]!, `${path}.${name}`); // a card lists what forward gives
}
