import type { HeightWidth } from "@kindling/models";
import type { Size } from "@kindling/pose";

/** At which sizes a network looks at a whole image. */
export type SceneScale =
  /** The image in the middle of one input, as large as fits. */
  | { readonly kind: "letterbox"; readonly input: HeightWidth }
  /** The image at this height, and at multiples of it; the input is as wide as the image, but not narrower than high. */
  | { readonly kind: "height"; readonly height: number; readonly scales: readonly number[] };

/** Inputs have sides of so many cells' pixels. */
const cell = 8;
/** Widths are rounded up to so many pixels, so that images of nearly one shape share a compiled program; grey fills the rest. */
const widthStep = 64;

/**
 * The inputs [height, width] that an image is seen in, one a scale.
 * Source: Lightweight OpenPose, val.py `infer`, `pad_width`, which rounds widths to 8.
 */
export function sceneSizes(image: Size, scale: SceneScale): readonly HeightWidth[] {
  if (scale.kind === "letterbox") return [scale.input];
  return scale.scales.map((factor) => {
    const height = upTo(scale.height * factor, cell);
    return [height, upTo(Math.max(height, (image.width * height) / image.height), widthStep)];
  });
}

function upTo(pixels: number, step: number): number {
  return Math.ceil(Math.round(pixels) / step) * step;
}
