import { ShapeError } from "@kindling/gpu";
import { copyWindowKernel } from "@kindling/kernels";
import { record } from "../graph.ts";
import { dispatch, type Op } from "../op.ts";
import type { Tensor } from "../tensor.ts";
import { crop } from "./crop.ts";

/** Pixels to put beyond each edge of an image. */
export interface Padding {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

/**
 * Images in a frame of one value: [n,h,w,c] → [n, top + h + bottom, left + w + right, c].
 * @throws ShapeError when x is no batch of images or a width of the frame is no whole number of 0 or more.
 */
export function pad(x: Tensor, padding: Padding, value = 0): Tensor {
  return record(padOp, [x], { ...padding, value })[0]!;
}

/** The rule object of {@link pad}. */
export const padOp: Op<Padding & { readonly value: number }> = {
  name: "pad",
  infer([x], { top, bottom, left, right }) {
    const [batch = 0, height = 0, width = 0, channels = 0] = x!.shape;
    if (x!.shape.length !== 4) throw new ShapeError("pad", "x must be [n,h,w,c]", x!);
    if ([top, bottom, left, right].some((pixels) => !Number.isInteger(pixels) || pixels < 0)) {
      throw new ShapeError("pad", `top ${top}, bottom ${bottom}, left ${left} and right ${right} must be whole numbers of 0 or more`, x!);
    }
    return [{ shape: [batch, top + height + bottom, left + width + right, channels], dtype: x!.dtype }];
  },
  lower({ inputs: [x], outputs: [y], attrs: { top, left, value } }) {
    const [batch = 0, height = 0, width = 0, channels = 0] = x!.shape;
    const [, outHeight = 0, outWidth = 0] = y!.shape;
    const problem = { batch, height, width, channels, outHeight, outWidth, top: -top, left: -left, value };
    return [dispatch(copyWindowKernel, problem, [x!], [y!])];
  },
  vjp: ({ inputs: [x], attrs: { top, left } }, [dy]) => [crop(dy!, { top, left, height: x!.shape[1]!, width: x!.shape[2]! })],
};
