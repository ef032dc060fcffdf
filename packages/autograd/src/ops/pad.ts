import { ShapeError } from "@kindling/gpu";
import { copyWindowKernel } from "@kindling/kernels";
import { record } from "../graph.ts";
import { dispatch, type Op } from "../op.ts";
import type { Tensor } from "../tensor.ts";

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

/** A rectangle of an image, in pixels. */
export interface CropWindow {
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
}

/**
 * A rectangle of each image: [n,h,w,c] → [n,height,width,c].
 * @throws ShapeError when x is no batch of images or does not have all these pixels, or there are none.
 */
export function crop(x: Tensor, window: CropWindow): Tensor {
  return record(cropOp, [x], window)[0]!;
}

/** The rule object of {@link crop}. */
export const cropOp: Op<CropWindow> = {
  name: "crop",
  infer([x], { top, left, height, width }) {
    const [batch = 0, allRows = 0, allColumns = 0, channels = 0] = x!.shape;
    if (x!.shape.length !== 4) throw new ShapeError("crop", "x must be [n,h,w,c]", x!);
    const isWhole = [top, left, height - 1, width - 1].every((pixels) => Number.isInteger(pixels) && pixels >= 0);
    if (!isWhole || top + height > allRows || left + width > allColumns) {
      throw new ShapeError("crop", `the image must have the ${height} × ${width} pixels from row ${top} and column ${left} on`, x!);
    }
    return [{ shape: [batch, height, width, channels], dtype: x!.dtype }];
  },
  lower({ inputs: [x], outputs: [y], attrs: { top, left, height: outHeight, width: outWidth } }) {
    const [batch = 0, height = 0, width = 0, channels = 0] = x!.shape;
    return [dispatch(copyWindowKernel, { batch, height, width, channels, outHeight, outWidth, top, left, value: 0 }, [x!], [y!])];
  },
  vjp({ inputs: [x], attrs: { top, left, height, width } }, [dy]) {
    const [, allRows = 0, allColumns = 0] = x!.shape;
    return [pad(dy!, { top, bottom: allRows - top - height, left, right: allColumns - left - width })];
  },
};
