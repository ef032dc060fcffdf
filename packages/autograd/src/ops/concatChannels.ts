import { DTypeError, ShapeError, sameShape } from "@kindling/gpu";
import { copyChannelsKernel } from "@kindling/kernels";
import { record } from "../graph.ts";
import { dispatch, type Op } from "../op.ts";
import type { Tensor } from "../tensor.ts";
import { rowsAndChannels } from "./rowsAndChannels.ts";
import { sliceChannels } from "./sliceChannels.ts";

/**
 * Tensors side by side along the last axis: [n,h,w,c₀], [n,h,w,c₁], … → [n,h,w,c₀ + c₁ + …].
 * @throws ShapeError when other axes differ, DTypeError when the storage types do.
 */
export function concatChannels(tensors: readonly [Tensor, ...Tensor[]]): Tensor {
  return record(concatChannelsOp, tensors, {})[0]!;
}

/** The rule object of {@link concatChannels}. */
export const concatChannelsOp: Op<object> = {
  name: "concatChannels",
  infer(inputs) {
    const pixels = inputs[0]!.shape.slice(0, -1);
    if (inputs.some(({ shape }) => !sameShape(shape.slice(0, -1), pixels))) {
      throw new ShapeError("concatChannels", "all axes but the last must be equal", ...inputs);
    }
    if (inputs.some(({ dtype }) => dtype !== inputs[0]!.dtype)) {
      throw new DTypeError("concatChannels", "operands must be stored alike", ...inputs);
    }
    return [{ shape: [...pixels, offsetsOf(inputs).total], dtype: inputs[0]!.dtype }];
  },
  lower({ inputs, outputs }) {
    const { offsets, total } = offsetsOf(inputs);
    return inputs.map((x, i) => {
      const { rows, channels } = rowsAndChannels(x);
      const problem = { rows, channels, xChannels: channels, xOffset: 0, yChannels: total, yOffset: offsets[i]! };
      return dispatch(copyChannelsKernel, problem, [x], outputs);
    });
  },
  vjp({ inputs }, [dy], needed) {
    const { offsets } = offsetsOf(inputs);
    return inputs.map((x, i) => (needed[i] ? sliceChannels(dy!, offsets[i]!, x.shape[x.shape.length - 1]!) : null));
  },
};

/** First channel of each tensor in the concatenation, and the channels of all. */
function offsetsOf(tensors: readonly { readonly shape: readonly number[] }[]): {
  readonly offsets: readonly number[];
  readonly total: number;
} {
  let total = 0;
  const offsets = tensors.map(({ shape }) => {
    const offset = total;
    total += shape[shape.length - 1]!;
    return offset;
  });
  return { offsets, total };
}
