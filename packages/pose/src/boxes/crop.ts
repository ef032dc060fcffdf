import type { Affine, Point } from "./affine.ts";
import { type Box, BoxError, type Size } from "./box.ts";

/** A part of an image: its centre and its size in pixels (HRNet's `scale` is this size / 200). */
export interface CenterScale {
  readonly center: Point;
  readonly scale: Size;
}

/**
 * How pixels are counted when an image is resized: `msra` maps widths to widths (a crop w wide to w' pixels, zoom w'/w), as HRNet and mmpose do by
 * default; `udp` maps the first and last pixel centres to each other (zoom (w'−1)/w), so that a mirrored crop is the crop of the mirrored image
 * (Huang et al. 2020, "The Devil Is in the Details: Delving Into Unbiased Data Processing").
 */
export type WarpRule = "msra" | "udp";

/** What of the image a crop shows: the box widened to the input's aspect with a margin, or the box alone, stretched over the input. */
export type CropShape = "padded" | "stretched";

/** How a crop is cut: padded, by one of the {@link WarpRule}s, or stretched. */
export type CropRule = WarpRule | "stretched";

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
 * `msra`: only the widths give the zoom, so it is the same along both axes (HRNet, lib/utils/transforms.py `get_affine_transform`).
 * `udp`: each axis has its own zoom, and the middle of the output is that of its pixel centres (mmpose, structures/bbox/transforms.py
 * `get_udp_warp_matrix`, whose rotation turns the other way; here both rules turn alike).
 * @throws BoxError when a size is not positive, or for `udp` an output is one pixel wide or high.
 */
export function cropAffine({ center, scale }: CenterScale, output: Size, rotation = 0, rule: WarpRule = "msra"): Affine {
  const least = rule === "udp" ? 2 : Number.MIN_VALUE;
  if (!(scale.width > 0 && scale.height > 0 && output.width >= least && output.height >= least)) {
    throw new BoxError(
      `cropAffine: sizes must be positive${rule === "udp" ? ", and the output of udp at least 2 × 2" : ""}; got crop ${JSON.stringify(scale)}, output ${JSON.stringify(output)}`,
    );
  }
  const [zoomX, zoomY, middleX, middleY] =
    rule === "udp"
      ? [(output.width - 1) / scale.width, (output.height - 1) / scale.height, (output.width - 1) / 2, (output.height - 1) / 2]
      : [output.width / scale.width, output.width / scale.width, output.width / 2, output.height / 2];
  const [x, y] = center;
  const cos = Math.cos((rotation * Math.PI) / 180);
  const sin = Math.sin((rotation * Math.PI) / 180);
  const [a, b, d, e] = [zoomX * cos, zoomX * sin, -zoomY * sin, zoomY * cos];
  return [a, b, middleX - a * x - b * y, d, e, middleY - d * x - e * y];
}

/**
 * Image pixels → network input pixels for a person's box: the official crop of HRNet, with aspect padding and a margin of 1.25; `stretched` is
 * the box alone in whole pixels, its corners the input's, as `cv2.resize` of a slice of the image has them.
 * @throws BoxError when the box or the input has no inside.
 */
export function cropOfBox(box: Box, input: Size, rule: CropRule = "msra"): Affine {
  if (rule === "stretched") return stretch(box, input);
  return cropAffine(boxToCenterScale(box, input.width / input.height), input, 0, rule);
}

function stretch({ x, y, width, height }: Box, input: Size): Affine {
  const finite = [x, y, width, height].every(Number.isFinite);
  if (!finite || !(width > 0 && height > 0 && input.width > 0 && input.height > 0)) {
    throw new BoxError(
      `cropOfBox: box and input must have an inside; got ${JSON.stringify({ x, y, width, height })}, input ${JSON.stringify(input)}`,
    );
  }
  const zoomX = input.width / Math.max(1, Math.round(width));
  const zoomY = input.height / Math.max(1, Math.round(height));
  // Pixels are squares about their centres: the left edge of the box, half a pixel before the centre of its first, becomes that of the input.
  return [zoomX, 0, (0.5 - Math.round(x)) * zoomX - 0.5, 0, zoomY, (0.5 - Math.round(y)) * zoomY - 0.5];
}
