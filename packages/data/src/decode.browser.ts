import type { RgbImage } from "./crop.ts";
import { withoutOrientation } from "./exifOrientation.ts";
import { ImageError } from "./sample.ts";

/**
 * The pixels of an image at an address as they are stored: RGBA of 8 bits, of an animation the first frame.
 * EXIF rotation and colour profiles are ignored as in Node; pixels may differ from Node's by a level or two, as JPEG decoders do.
 * @throws ImageError when the image cannot be fetched or is none.
 */
export async function decodeImage(path: string): Promise<RgbImage> {
  const response = await fetch(path).catch((error: unknown) => {
    throw new ImageError(path, "cannot be fetched; check the address and the server", { cause: error });
  });
  if (!response.ok) throw new ImageError(path, `cannot be fetched: the server answered ${response.status}`);
  // Browsers disagree about `imageOrientation: "none"`, so the tag is taken out before they see it.
  const bytes = withoutOrientation(new Uint8Array(await response.arrayBuffer()));
  const bitmap = await createImageBitmap(new Blob([bytes]), { premultiplyAlpha: "none", colorSpaceConversion: "none" }).catch(
    (error: unknown) => {
      throw new ImageError(path, "is no readable image; replace or remove it", { cause: error });
    },
  );
  try {
    const { width, height } = bitmap;
    const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
    if (!context) throw new ImageError(path, `no canvas of ${width} × ${height} pixels can be had; use smaller images`);
    context.drawImage(bitmap, 0, 0);
    return { data: context.getImageData(0, 0, width, height).data, width, height, channels: 4 };
  } finally {
    bitmap.close();
  }
}
