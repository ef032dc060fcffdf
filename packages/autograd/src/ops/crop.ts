import { ShapeError } from "@kindling/gpu";
import { copyWindowKernel } from "@kindling/kernels";
import { record } from "../graph.ts";
import { dispatch, type Op } from "../op.ts";
import type { Tensor } from "../tensor.ts";
import { pad } from "./pad.ts";

/** A rectangle of an image, in pixels. */
export interface CropWindow {
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
}

/**
 * A rectangle of each image: [n,h,w,c] → [n,height,width,c].
 * @throws ShapeError when x is no batch of images or does not have all these pixels.
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
    const isWhole = [top, left, height, width].every((pixels) => Number.isInteger(pixels) && pixels >= 0);
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
