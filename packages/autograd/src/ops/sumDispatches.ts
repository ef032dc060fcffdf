import type { Aval, Shape } from "@kindling/gpu";
import { axisProductSumsKernel, axisSplits, axisSumsKernel, broadcastRuns, sumSplitsKernel } from "@kindling/kernels";
import { type Dispatch, dispatch } from "../op.ts";

/**
 * y = scale · Σ of x, or of the product of two operands of one shape, over the axes along which `kept` repeats. Runs of such axes are summed
 * one after the other, the longest first, for what it leaves is the least; each in two passes where the rest alone keeps no device busy.
 */
export function sumDispatches(
  operands: readonly Aval[],
  y: Aval,
  { kept, scale }: { readonly kept: Shape; readonly scale: number },
  scratch: (aval: Aval) => Aval,
): Dispatch[] {
  const runs = [...(broadcastRuns(operands[0]!.shape, kept) ?? [])];
  // Nothing to sum: sums of one term.
  if (!runs.some(({ repeats }) => repeats)) runs.push({ size: 1, repeats: true });
  const dispatches: Dispatch[] = [];
  let [reads, factor] = [operands, scale];
  while (runs.some(({ repeats }) => repeats)) {
    const longest = runs.findIndex((run) => run.repeats && runs.every(({ size, repeats }) => !repeats || size <= run.size));
    const [outer, length, inner] = [product(runs.slice(0, longest)), runs[longest]!.size, product(runs.slice(longest + 1))];
    runs.splice(longest, 1);
    const splits = axisSplits(outer, length, inner);
    const sums = runs.some(({ repeats }) => repeats) ? scratch({ shape: [outer, inner], dtype: "f32" }) : y;
    const partial = splits === 1 ? sums : scratch({ shape: [splits, outer, inner], dtype: "f32" });
    const kernel = reads.length === 2 ? axisProductSumsKernel : axisSumsKernel;
    dispatches.push(dispatch(kernel, { outer, length, inner, splits, scale: factor }, reads, [partial]));
    if (splits > 1) dispatches.push(dispatch(sumSplitsKernel, { splits, size: outer * inner }, [partial], [sums]));
    [reads, factor] = [[sums], 1];
  }
  return dispatches;
}

function product(runs: readonly { readonly size: number }[]): number {
  return runs.reduce((size, run) => size * run.size, 1);
}
