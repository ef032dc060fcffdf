import { type Affine, invertAffine, roundHalfToEven, type Size } from "@kindling/pose";

/** A decoded image, row by row, channels last: RGB or RGBA, 8 bits each. */
export interface RgbImage {
  readonly data: Uint8Array | Uint8ClampedArray;
  readonly width: number;
  readonly height: number;
  readonly channels: 3 | 4;
}

/**
 * Raised when a crop of the same image and box comes out otherwise (`cropImage`, or `cropOfBox` of @kindling/pose): crops on disk are then made anew.
 */
export const cropVersion = 2;

/** How {@link cropImage} sees the image. */
export interface CropOptions {
  /** Every colour outside of the image; 0 by default. */
  readonly border?: number;
  /** Crops the image mirrored about its vertical axis, bit for bit as if `cv2.flip` had been called before; the affine is that image's. */
  readonly mirrored?: boolean;
}

/**
 * The image seen through an affine transform (image pixels → output pixels), bilinear: [height, width, 4], RGBA.
 * Alpha is 255 everywhere, outside the image too, so that a crop can be shown as it is.
 *
 * Bit for bit `cv2.warpAffine(image, affine, size, flags=INTER_LINEAR)` of OpenCV 4, which the public checkpoints were trained with:
 * output pixel (x, y) is sampled at affine⁻¹·(x, y), where whole numbers are pixel centres; the sample's position is rounded to 1/32 pixel
 * (imgproc/src/imgwarp.cpp; OpenCV 5 no longer rounds, which changes one value in nine, one in two hundred by more than a level, and by 6 at most in
 * crops of COCO). A neighbour outside counts as border, so a border fades over one pixel. There is no filter before: a crop much smaller than its source aliases, here as there.
 * @throws AffineError when the transform is singular.
 */
export function cropImage(image: RgbImage, affine: Affine, { width, height }: Size, options: CropOptions = {}): Uint8Array<ArrayBuffer> {
  const { border = 0, mirrored = false } = options;
  const [a, b, c, d, e, f] = invertAffine(affine);
  const output = new Uint8Array(width * height * 4).fill(255);
  // Along a row only these two change, so they are computed once; positions are in 1/1024 pixel.
  const alongX = Int32Array.from({ length: width }, (_, x) => fixedPoint(a * x));
  const alongY = Int32Array.from({ length: width }, (_, x) => fixedPoint(d * x));
  for (let y = 0, at = 0; y < height; y++) {
    // 16 makes the shift from 1/1024 to 1/32 pixel round instead of truncate.
    const startX = fixedPoint(b * y + c) + 16;
    const startY = fixedPoint(e * y + f) + 16;
    for (let x = 0; x < width; x++, at += 4) {
      sample(image, mirrored, (startX + alongX[x]!) >> 5, (startY + alongY[x]!) >> 5, border, output, at);
    }
  }
  return output;
}

/** Writes the colours of the pixel at a position in 1/32 pixel of the image, or of the mirrored one. */
function sample(image: RgbImage, mirrored: boolean, x32: number, y32: number, border: number, output: Uint8Array, at: number): void {
  const { data, width, height, channels } = image;
  const x = x32 >> 5;
  const y = y32 >> 5;
  const right = x32 & 31;
  const below = y32 & 31;
  const w00 = (32 - right) * (32 - below);
  const w01 = right * (32 - below);
  const w10 = (32 - right) * below;
  const w11 = right * below;
  if (x >= 0 && y >= 0 && x < width - 1 && y < height - 1) {
    const top = (y * width + (mirrored ? width - 1 - x : x)) * channels;
    const bottom = top + width * channels;
    const next = mirrored ? -channels : channels;
    for (let k = 0; k < 3; k++) {
      const upper = data[top + k]! * w00 + data[top + next + k]! * w01;
      const lower = data[bottom + k]! * w10 + data[bottom + next + k]! * w11;
      output[at + k] = (upper + lower + 512) >> 10; // weights add up to 1024
    }
  } else {
    const here = mirrored ? width - 1 - x : x;
    const next = mirrored ? here - 1 : here + 1;
    for (let k = 0; k < 3; k++) {
      const upper = valueAt(image, here, y, k, border) * w00 + valueAt(image, next, y, k, border) * w01;
      const lower = valueAt(image, here, y + 1, k, border) * w10 + valueAt(image, next, y + 1, k, border) * w11;
      output[at + k] = (upper + lower + 512) >> 10;
    }
  }
}

/** The border's outside the image. */
function valueAt({ data, width, height, channels }: RgbImage, x: number, y: number, k: number, border: number): number {
  return x >= 0 && y >= 0 && x < width && y < height ? data[(y * width + x) * channels + k]! : border;
}

/** In 1/1024 pixel, halves to the even neighbour as OpenCV's cvRound; a million pixels away is as good as any further place outside. */
function fixedPoint(pixels: number): number {
  return roundHalfToEven(Math.max(-(2 ** 30), Math.min(2 ** 30 - 1024, pixels * 1024)));
}
