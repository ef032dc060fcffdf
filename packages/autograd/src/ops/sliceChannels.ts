import { ShapeError } from "@kindling/gpu";
import { copyChannelsKernel, copyWindowKernel } from "@kindling/kernels";
import { record } from "../graph.ts";
import { dispatch, type Op } from "../op.ts";
import type { Tensor } from "../tensor.ts";
import { rowsAndChannels } from "./rowsAndChannels.ts";

/**
 * `channels` channels of x from `offset` on: [n,h,w,c] → [n,h,w,channels].
 * @throws ShapeError when x does not have these channels, or there are none.
 */
export function sliceChannels(x: Tensor, offset: number, channels: number): Tensor {
  return record(sliceChannelsOp, [x], { offset, channels })[0]!;
}

/** The rule object of {@link sliceChannels}. */
export const sliceChannelsOp: Op<{ readonly offset: number; readonly channels: number }> = {
  name: "sliceChannels",
  infer([x], { offset, channels }) {
    const all = x!.shape[x!.shape.length - 1] ?? 0;
    if (!Number.isInteger(offset) || !Number.isInteger(channels) || offset < 0 || channels < 1 || offset + channels > all) {
      throw new ShapeError("sliceChannels", `x must have the ${channels} channels from ${offset} on, one at least`, x!);
    }
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

/**
 * x between channels of 0: [n,h,w,c] (or any shape) → [n,h,w, before + c + after].
 * @throws ShapeError when a number of channels is no whole number of 0 or more.
 */
export function padChannels(x: Tensor, before: number, after: number): Tensor {
  return record(padChannelsOp, [x], { before, after })[0]!;
}

/** The rule object of {@link padChannels}. */
export const padChannelsOp: Op<{ readonly before: number; readonly after: number }> = {
  name: "padChannels",
  infer([x], { before, after }) {
    const channels = x!.shape[x!.shape.length - 1];
    if (channels === undefined) throw new ShapeError("padChannels", "x must have an axis", x!);
    if ([before, after].some((count) => !Number.isInteger(count) || count < 0)) {
      throw new ShapeError("padChannels", `${before} channels before and ${after} after must be whole numbers of 0 or more`, x!);
    }
    return [{ shape: [...x!.shape.slice(0, -1), before + channels + after], dtype: x!.dtype }];
  },
  lower({ inputs: [x], outputs: [y], attrs: { before } }) {
    const { rows, channels } = rowsAndChannels(x!);
    const { channels: outChannels } = rowsAndChannels(y!);
    // To the kernel a pixel's channels are the columns of an image of one row, in fours where all counts are.
    const lanes = [channels, outChannels, before].every((count) => count % 4 === 0) ? 4 : 1;
    const problem = {
      ...{ batch: rows, height: 1, width: channels / lanes, channels: lanes, outHeight: 1, outWidth: outChannels / lanes },
      ...{ top: 0, left: -before / lanes, value: 0 },
    };
    return [dispatch(copyWindowKernel, problem, [x!], [y!])];
  },
  vjp: ({ inputs: [x], attrs: { before } }, [dy]) => [sliceChannels(dy!, before, x!.shape[x!.shape.length - 1]!)],
};
