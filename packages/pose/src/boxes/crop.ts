import type { Affine, Point } from "./affine.ts";
import { type Box, BoxError, type Size } from "./box.ts";

/** A part of an image: its centre and its size in pixels (HRNet's `scale` is this size / 200). */
export interface CenterScale {
  readonly center: Point;
  readonly scale: Size;
}

/**
 * The crop of a person: the box about its centre, widened to the aspect ratio (width / height) of the network input and
 * enlarged by `padding`. Source: HRNet, lib/dataset/coco.py `_box2cs`; here in pixels, there in units of 200 pixels.
 * @throws BoxError when the box or the aspect ratio is not positive and finite.
 */
export function boxToCenterScale(box: Box, aspect: number, padding = 1.25): CenterScale {
  const finite = [box.x, box.y, box.width, box.height, aspect, padding].every(Number.isFinite);
  if (!finite || box.width <= 0 || box.height <= 0 || aspect <= 0 || padding <= 0) {
    throw new BoxError(
      `boxToCenterScale: box, aspect and padding must be positive; got ${JSON.stringify(box)}, aspect ${aspect}, padding ${padding}`,
    );
  }
  const width = Math.max(box.width, box.height * aspect) * padding;
  return { center: [box.x + box.width / 2, box.y + box.height / 2], scale: { width, height: width / aspect } };
}

/**
 * Image pixels → output pixels: the crop turned by `rotation` degrees, its centre in the middle of the output.
 * Only the widths give the zoom, so it is the same along both axes. Source: HRNet, lib/utils/transforms.py `get_affine_transform`.
 * @throws BoxError when a size is not positive.
 */
export function cropAffine({ center: [x, y], scale }: CenterScale, output: Size, rotation = 0): Affine {
  if (!(scale.width > 0 && output.width > 0 && output.height > 0)) {
    throw new BoxError(`cropAffine: sizes must be positive; got crop ${JSON.stringify(scale)}, output ${JSON.stringify(output)}`);
  }
  const zoom = output.width / scale.width;
  const cos = zoom * Math.cos((rotation * Math.PI) / 180);
  const sin = zoom * Math.sin((rotation * Math.PI) / 180);
  return [cos, sin, output.width / 2 - cos * x - sin * y, -sin, cos, output.height / 2 + sin * x - cos * y];
}

/**
 * Image pixels → network input pixels for a person's box: the official crop of HRNet, with aspect padding and a margin of 1.25.
 * @throws BoxError when the box or the input has no inside.
 */
export function cropOfBox(box: Box, input: Size): Affine {
  return cropAffine(boxToCenterScale(box, input.width / input.height), input);
}
