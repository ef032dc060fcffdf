import { type Affine, transformKeypoints } from "../boxes/affine.ts";
import type { Box, Size } from "../boxes/box.ts";
import { type CropRule, cropOfBox } from "../boxes/crop.ts";
import { flipKeypoints, type Skeleton } from "../skeletons/skeleton.ts";

/**
 * How one sample is seen in one epoch: everything that decides its crop and key points, as plain data that can be sent to a worker and kept.
 * Every network sees the same crop, so teacher and student get the same augmentation.
 */
export interface SampleView {
  /** The image is mirrored before it is cropped: x' = width − 1 − x. */
  readonly mirrored: boolean;
  /** Pixels of the (mirrored) image → pixels of the crop. */
  readonly affine: Affine;
  /** Done to the crop, in this order. */
  readonly changes: readonly PixelChange[];
}

/** A change of a crop's colours. */
export type PixelChange =
  | { readonly kind: "brightness" | "contrast"; readonly factor: number }
  | { readonly kind: "hsv"; readonly shift: readonly [hue: number, saturation: number, value: number] }
  | { readonly kind: "blur" | "medianBlur"; readonly kernel: number }
  | { readonly kind: "hole"; readonly box: Box };

/** The view without augmentation: the crop of the box. @throws BoxError when the box or the input has no inside. */
export function plainView(box: Box, input: Size, rule: CropRule = "msra"): SampleView {
  return { mirrored: false, affine: cropOfBox(box, input, rule), changes: [] };
}

/** Key points [k·3] of an image of the given width in pixels of the crop, left and right exchanged where the view is mirrored. */
export function viewKeypoints(
  { mirrored, affine }: SampleView,
  keypoints: ArrayLike<number>,
  skeleton: Skeleton,
  imageWidth: number,
): Float64Array {
  return transformKeypoints(affine, mirrored ? flipKeypoints(keypoints, skeleton, imageWidth) : keypoints);
}
