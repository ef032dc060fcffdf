import { ShapeError } from "@kindling/gpu";
import { permuteChannelsKernel } from "@kindling/kernels";
import { record } from "../graph.ts";
import { dispatch, type Op } from "../op.ts";
import type { Tensor } from "../tensor.ts";
import { rowsAndChannels } from "./rowsAndChannels.ts";

/**
 * Channels in another order: [n,h,w,c] (or any shape) → the same shape, channel i of it being channel order[i] of x. With a skeleton's pairs of left
 * and right joints it makes the heatmaps of a mirrored image those of the image.
 * @throws ShapeError when the order does not name every channel of x once.
 */
export function permuteChannels(x: Tensor, order: readonly number[]): Tensor {
  return record(permuteChannelsOp, [x], { order })[0]!;
}

/** The rule object of {@link permuteChannels}. */
export const permuteChannelsOp: Op<{ readonly order: readonly number[] }> = {
  name: "permuteChannels",
  infer([x], { order }) {
    const channels = x!.shape[x!.shape.length - 1] ?? 0;
    if (order.length !== channels || order.some((_, channel) => !order.includes(channel))) {
      throw new ShapeError("permuteChannels", `the order [${order}] must name each of ${channels} channels once`, x!);
    }
    return [{ shape: x!.shape, dtype: x!.dtype }];
  },
  lower: ({ inputs, outputs, attrs: { order } }) => [
    dispatch(permuteChannelsKernel, { ...rowsAndChannels(inputs[0]!), order: order.join() }, inputs, outputs),
  ],
  vjp: ({ attrs: { order } }, [dy]) => [
    permuteChannels(
      dy!,
      order.map((_, channel) => order.indexOf(channel)),
    ),
  ],
};
