import { ShapeError } from "@kindling/gpu";
import { copyChannelsKernel } from "@kindling/kernels";
import { record } from "../graph.ts";
import { dispatch, type Op } from "../op.ts";
import type { Tensor } from "../tensor.ts";
import { padChannels } from "./padChannels.ts";
import { rowsAndChannels } from "./rowsAndChannels.ts";

/**
 * `channels` channels of x from `offset` on: [n,h,w,c] → [n,h,w,channels].
 * @throws ShapeError when x does not have these channels.
 */
export function sliceChannels(x: Tensor, offset: number, channels: number): Tensor {
  return record(sliceChannelsOp, [x], { offset, channels })[0]!;
}

/** The rule object of {@link sliceChannels}. */
export const sliceChannelsOp: Op<{ readonly offset: number; readonly channels: number }> = {
  name: "sliceChannels",
  infer([x], { offset, channels }) {
    const all = x!.shape[x!.shape.length - 1] ?? 0;
    if (!Number.isInteger(offset) || !Number.isInteger(channels) || offset < 0 || offset + channels > all)
      throw new ShapeError("sliceChannels", `channels ${offset} to ${offset + channels - 1} must exist`, x!);
    return [{ shape: [...x!.shape.slice(0, -1), channels], dtype: x!.dtype }];
  },
  lower({ inputs: [x], outputs, attrs: { offset, channels } }) {
    const { rows, channels: xChannels } = rowsAndChannels(x!);
    return [dispatch(copyChannelsKernel, { rows, channels, xChannels, xOffset: offset, yChannels: channels, yOffset: 0 }, [x!], outputs)];
  },
  vjp({ inputs: [x], attrs: { offset, channels } }, [dy]) {
    return [padChannels(dy!, offset, x!.shape[x!.shape.length - 1]! - offset - channels)];
  },
};
