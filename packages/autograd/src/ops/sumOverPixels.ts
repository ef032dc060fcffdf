import { type Aval, ShapeError } from "@kindling/gpu";
import { sumRowsKernel, sumRowsSplits, sumSplitsKernel } from "@kindling/kernels";
import { record } from "../graph.ts";
import { type Dispatch, dispatch, type Op } from "../op.ts";
import type { Tensor } from "../tensor.ts";
import { rowsAndChannels } from "./rowsAndChannels.ts";

/** Sum over all axes but the last, e.g. the gradient of a bias: [n,h,w,c] → [c]. */
export function sumOverPixels(x: Tensor): Tensor {
  return record(sumOverPixelsOp, [x], {})[0]!;
}

/** The rule object of {@link sumOverPixels}. */
export const sumOverPixelsOp: Op<object> = {
  name: "sumOverPixels",
  infer([x]) {
    if (x!.shape.length < 2) throw new ShapeError("sumOverPixels", "x needs channels and at least one other axis", x!);
    return [{ shape: x!.shape.slice(-1), dtype: "f32" }];
  },
  lower({ inputs: [x], outputs: [y], scratch }) {
    return sumRowsDispatches(x!, y!, 0, scratch);
  },
  vjp: "not differentiable",
};

/** Sums the channels of x from `offset` on, as many as y has, over all pixels. */
export function sumRowsDispatches(x: Aval, y: Aval, offset: number, scratch: (aval: Aval) => Aval): Dispatch[] {
  const { rows, channels: xChannels } = rowsAndChannels(x);
  const channels = y.shape[0]!;
  const splits = sumRowsSplits(rows, channels);
  const problem = { rows, channels, xChannels, xOffset: offset, splits };
  if (splits === 1) return [dispatch(sumRowsKernel, problem, [x], [y])];
  const partial = scratch({ shape: [splits, channels], dtype: "f32" });
  return [dispatch(sumRowsKernel, problem, [x], [partial]), dispatch(sumSplitsKernel, { splits, size: channels }, [partial], [y])];
}
