import { ImageError, type RgbImage } from "@kindling/data";
import { type Box, clipBox } from "@kindling/pose";
import { InputError } from "./exit.ts";

/**
 * The part of a person's box inside an image, cut as in data sets, so that a person gives the same crop here and in `evaluate`; undefined: the whole image.
 * @throws InputError when the box lies outside, ImageError when the image is too small.
 */
export function boxInside(image: RgbImage, box: Box | undefined, file: string): Box {
  const inside = clipBox(box ?? { x: 0, y: 0, width: image.width, height: image.height }, image);
  if (inside) return inside;
  if (!box) throw new ImageError(file, `is too small for a person (${image.width} × ${image.height} pixels)`);
  const { x, y, width, height } = box;
  throw new InputError(`box ${[x, y, width, height].join(",")} lies outside of ${file}, which has ${image.width} × ${image.height} pixels`);
}
