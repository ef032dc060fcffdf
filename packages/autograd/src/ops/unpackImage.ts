import { DTypeError, ShapeError, sizeOf } from "@kindling/gpu";
import { unpackImageKernel } from "@kindling/kernels";
import { record } from "../graph.ts";
import { dispatch, type Op } from "../op.ts";
import type { Tensor } from "../tensor.ts";

/** How bytes become the values that a network was trained on. */
export interface UnpackImageOptions {
  /** Subtracted from byte / 255; one value for each of the output's first three channels. */
  readonly mean: readonly [number, number, number];
  /** Divides what is left. */
  readonly std: readonly [number, number, number];
  /** Order of the output's channels; default "rgb". Mean and std follow it. */
  readonly channelOrder?: "rgb" | "bgr";
  /** Storage of the result; default "f32". */
  readonly dtype?: "f32" | "f16";
}

/**
 * Packed images to normalised ones: u32 [n,h,w], bytes R, G, B, A from the lowest → [n,h,w,4] = (byte / 255 − mean) / std, and 0 in the
 * fourth channel, which makes a pixel one vec4. Not differentiable.
 * @throws DTypeError when x is not u32, ShapeError when it is not [n,h,w].
 */
export function unpackImage(x: Tensor, options: UnpackImageOptions): Tensor {
  return record(unpackImageOp, [x], { channelOrder: "rgb", dtype: "f32", ...options })[0]!;
}

/** The rule object of {@link unpackImage}. */
export const unpackImageOp: Op<Required<UnpackImageOptions>> = {
  name: "unpackImage",
  infer([x], { dtype }) {
    if (x!.dtype !== "u32") throw new DTypeError("unpackImage", "x must hold packed pixels, u32", x!);
    if (x!.shape.length !== 3) throw new ShapeError("unpackImage", "x must be [n,h,w]", x!);
    return [{ shape: [...x!.shape, 4], dtype }];
  },
  lower({ inputs, outputs, attrs: { mean, std, channelOrder } }) {
    const [scale0, scale1, scale2] = [1 / (255 * std[0]), 1 / (255 * std[1]), 1 / (255 * std[2])];
    const [shift0, shift1, shift2] = [-mean[0] / std[0], -mean[1] / std[1], -mean[2] / std[2]];
    const problem = { pixels: sizeOf(inputs[0]!.shape), channelOrder, scale0, scale1, scale2, shift0, shift1, shift2 };
    return [dispatch(unpackImageKernel, problem, inputs, outputs)];
  },
  vjp: "not differentiable",
};
