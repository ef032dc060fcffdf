import type { Size } from "@kindling/pose";
import { ImageError } from "./sample.ts";

/** @throws ImageError for a file of another size than annotated, which would put every key point in the wrong place without a sign. */
export function assertImageSize(
  annotated: { readonly imagePath: string; readonly imageWidth: number; readonly imageHeight: number },
  { width, height }: Size,
): void {
  const { imagePath, imageWidth, imageHeight } = annotated;
  if (width === imageWidth && height === imageHeight) return;
  throw new ImageError(
    imagePath,
    `is ${width} × ${height} pixels but annotated as ${imageWidth} × ${imageHeight}; use the images that the annotations were made on`,
  );
}
