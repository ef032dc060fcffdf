import { readFile } from "node:fs/promises";
import sharp from "sharp";
import type { RgbImage } from "./crop.ts";
import { ImageError } from "./sample.ts";

/**
 * The pixels of an image file as they are stored: 8-bit RGB, of an animation the first frame.
 * EXIF rotation is ignored, because key points are annotated in the file's own pixels (HRNet reads with IMREAD_IGNORE_ORIENTATION;
 * plain cv2.imread would rotate). As OpenCV does, colour profiles are ignored, alpha is dropped and 16 bits are cut to the upper 8.
 * @throws ImageError when the file is missing, is no image or is cut off.
 */
export async function decodeImage(path: string): Promise<RgbImage> {
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    throw new ImageError(path, error.code === "ENOENT" ? "there is no such image" : `cannot be read (${error.code})`, { cause: error });
  });
  try {
    const { data, info } = await sharp(bytes, { failOn: "error", ignoreIcc: true })
      .toColourspace("srgb")
      .removeAlpha()
      .raw({ depth: "uchar" })
      .toBuffer({ resolveWithObject: true });
    if (info.channels !== 3) throw new Error(`it has ${info.channels} channels after conversion to RGB`);
    return { data, width: info.width, height: info.height, channels: 3 };
  } catch (error) {
    throw new ImageError(path, `is no readable image (${(error as Error).message.split("\n")[0]}); replace or remove it`, { cause: error });
  }
}
