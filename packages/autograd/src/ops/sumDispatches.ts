import type { Aval, Shape } from "@kindling/gpu";
import { axisProductSumsKernel, axisSplits, axisSumsKernel, broadcastRuns } from "@kindling/kernels";
import { type Dispatch, dispatch } from "../op.ts";

/** Partial sums that one thread adds in less time than another dispatch takes. */
const few = 256;

/**
 * y = scale · Σ of x, or of the product of two operands of one shape, over the axes along which `kept` repeats. Runs of such axes are summed
 * one after the other, the longest first, for what it leaves is the least. Where the rest alone keeps no device busy a run leaves partial sums,
 * which are an axis to be summed next: a sum of everything takes three passes.
 */
export function sumDispatches(
  operands: readonly Aval[],
  y: Aval,
  { kept, scale }: { readonly kept: Shape; readonly scale: number },
  scratch: (aval: Aval) => Aval,
): Dispatch[] {
  const runs: { readonly size: number; readonly repeats: boolean; readonly shortest?: number }[] = [
    ...(broadcastRuns(operands[0]!.shape, kept) ?? []),
  ];
  // Nothing to sum: sums of one term.
  if (!runs.some(({ repeats }) => repeats)) runs.push({ size: 1, repeats: true });
  const dispatches: Dispatch[] = [];
  let [reads, factor] = [operands, scale];
  while (runs.some(({ repeats }) => repeats)) {
    const longest = runs.findIndex((run) => run.repeats && runs.every(({ size, repeats }) => !repeats || size <= run.size));
    const [outer, inner] = [product(runs.slice(0, longest)), product(runs.slice(longest + 1))];
    const { size: length, shortest } = runs[longest]!;
    const splits = axisSplits(outer, length, inner, shortest);
    runs.splice(longest, 1);
    if (splits > 1) runs.unshift({ size: splits, repeats: true, shortest: few });
    const sums = runs.some(({ repeats }) => repeats) ? scratch({ shape: [splits, outer, inner], dtype: "f32" }) : y;
    const kernel = reads.length === 2 ? axisProductSumsKernel : axisSumsKernel;
    dispatches.push(dispatch(kernel, { outer, length, inner, splits, scale: factor }, reads, [sums]));
    [reads, factor] = [[sums], 1];
  }
  return dispatches;
}

function product(runs: readonly { readonly size: number }[]): number {
  return runs.reduce((size, run) => size * run.size, 1);
}
