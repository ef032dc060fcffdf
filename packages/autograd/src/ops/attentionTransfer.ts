import { type Aval, ShapeError } from "@kindling/gpu";
import { attentionMapKernel, attentionTransferGradKernel, attentionTransferKernel } from "@kindling/kernels";
import { record } from "../graph.ts";
import { type Dispatch, dispatch, type LowerCall, type Op } from "../op.ts";
import type { Tensor } from "../tensor.ts";
import { rowsAndChannels } from "./rowsAndChannels.ts";
import { sumAllDispatches } from "./sumAll.ts";

/**
 * Attention transfer: student [n,h,w,c], teacher [n,h,w,d] → [], the mean over all pixels of (Q_s / ‖Q_s‖ − Q_t / ‖Q_t‖)², Q the mean over the
 * channels of the squared features, its norm over each sample's pixels and at least 10⁻¹². Channels may differ, sizes may not. The teacher
 * gets no gradient. Zagoruyko & Komodakis 2017, "Paying More Attention to Attention", eq. 2, with the square and the mean of the authors' code
 * (szagoruyko/attention-transfer, utils.py, at_loss) in place of a norm.
 * @throws ShapeError when the features are not [n,h,w,…] of the same sizes.
 */
export function attentionTransfer(student: Tensor, teacher: Tensor): Tensor {
  return record(attentionTransferOp, [student, teacher], {})[0]!;
}

/** The rule object of {@link attentionTransfer}; a second output, for the gradient: the slope of each pixel, [n,h,w]. */
export const attentionTransferOp: Op<object> = {
  name: "attentionTransfer",
  infer([student, teacher]) {
    const sizes = student!.shape.slice(0, 3);
    if (student!.shape.length !== 4 || teacher!.shape.length !== 4 || sizes.some((size, axis) => size !== teacher!.shape[axis])) {
      throw new ShapeError("attentionTransfer", "student and teacher must be [n,h,w,channels] of one size", student!, teacher!);
    }
    return [
      { shape: [], dtype: "f32" },
      { shape: sizes, dtype: "f32" },
    ];
  },
  lower: (call) => attentionTransferDispatches(call),
  vjp({ inputs: [student], outputs: [, slope] }, [dy], [needStudent]) {
    return needStudent ? [record(attentionTransferGradOp, [student!, slope!, dy!], {})[0]!] : [];
  },
};

/** Gradient of {@link attentionTransfer}'s student: student [n,h,w,c], slope [n,h,w], dy [] → [n,h,w,c]. */
export const attentionTransferGradOp: Op<object> = {
  name: "attentionTransferGrad",
  infer: ([student]) => [{ shape: student!.shape, dtype: student!.dtype }],
  lower: ({ inputs, outputs }) => [dispatch(attentionTransferGradKernel, featuresOf(inputs[0]!), inputs, outputs)],
  vjp: "not differentiable",
};

function attentionTransferDispatches({ inputs: [student, teacher], outputs: [loss, slope], scratch }: LowerCall<object>): Dispatch[] {
  const [n = 0, h = 0, w = 0, channels = 0] = student!.shape;
  const [own, others] = [scratch(slope!), scratch(slope!)];
  const partial: Aval = scratch({ shape: [n], dtype: "f32" });
  return [
    dispatch(attentionMapKernel, featuresOf(student!), [student!], [own]),
    dispatch(attentionMapKernel, featuresOf(teacher!), [teacher!], [others]),
    dispatch(attentionTransferKernel, { samples: n, pixels: h * w, channels }, [own, others], [partial, slope!]),
    ...sumAllDispatches(partial, loss!, 1, scratch),
  ];
}

function featuresOf(x: Aval): { readonly pixels: number; readonly channels: number } {
  const { rows, channels } = rowsAndChannels(x);
  return { pixels: rows, channels };
}
