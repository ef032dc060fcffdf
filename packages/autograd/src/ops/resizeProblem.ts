import { type Aval, type Shape, ShapeError } from "@kindling/gpu";
import { type ResizeProblem, resizeLargestSize } from "@kindling/kernels";

/** Sizes of a resize of x [n,h,w,c] to `size` [h,w]. @throws ShapeError when x is no batch of images or a size is not from 1 to 16,384. */
export function resizeProblem(op: string, x: Aval, size: Shape): ResizeProblem {
  const [batch = 0, height = 0, width = 0, channels = 0] = x.shape;
  const [outHeight = 0, outWidth = 0] = size;
  if (x.shape.length !== 4 || size.length !== 2) throw new ShapeError(op, "x must be [n,h,w,c] and the size [h,w]", x);
  if ([height, width, outHeight, outWidth].some((length) => !Number.isInteger(length) || length < 1 || length > resizeLargestSize)) {
    throw new ShapeError(op, `heights and widths, of x and of the size [${size}], must be whole numbers from 1 to ${resizeLargestSize}`, x);
  }
  return { batch, height, width, channels, outHeight, outWidth };
}
