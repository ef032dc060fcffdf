import type { Shape } from "@kindling/gpu";
import { resizeBilinearKernel } from "@kindling/kernels";
import { record } from "../graph.ts";
import { dispatch, type Op } from "../op.ts";
import type { Tensor } from "../tensor.ts";
import { resizeBilinearInputGrad } from "./resizeBilinearInputGrad.ts";
import { resizeProblem } from "./resizeProblem.ts";

/** Which points of the two images coincide. */
export interface ResizeBilinearOptions {
  /** Default false: the corners of the images. True: the centres of their corner pixels. */
  readonly alignCorners?: boolean;
}

/**
 * Bilinear interpolation to `size` [h,w], without antialiasing: [n,h,w,c] → [n,…size,c]. The rule of PyTorch's F.interpolate with `size`:
 * an output reads at (o + ½) · in / out − ½, not below 0, or at o · (in − 1) / (out − 1) with aligned corners.
 * @throws ShapeError when x is no batch of images or a size is not from 1 to 16,384.
 */
export function resizeBilinear(x: Tensor, size: Shape, options: ResizeBilinearOptions = {}): Tensor {
  return record(resizeBilinearOp, [x], { size, alignCorners: options.alignCorners ?? false })[0]!;
}

/** The rule object of {@link resizeBilinear}. */
export const resizeBilinearOp: Op<{ readonly size: Shape; readonly alignCorners: boolean }> = {
  name: "resizeBilinear",
  infer([x], { size }) {
    const { batch, outHeight, outWidth, channels } = resizeProblem("resizeBilinear", x!, size);
    return [{ shape: [batch, outHeight, outWidth, channels], dtype: x!.dtype }];
  },
  lower: ({ inputs, outputs, attrs: { size, alignCorners } }) => [
    dispatch(resizeBilinearKernel, { ...resizeProblem("resizeBilinear", inputs[0]!, size), alignCorners }, inputs, outputs),
  ],
  vjp: ({ inputs: [x], attrs }, [dy]) => [resizeBilinearInputGrad(dy!, x!.shape, attrs.alignCorners)],
};
