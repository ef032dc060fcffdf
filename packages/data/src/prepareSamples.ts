import { cropOfBox, encodeHeatmaps, type Size, transformKeypoints } from "@kindling/pose";
import { cropImage, type RgbImage } from "./crop.ts";
import { ImageError, type Sample } from "./sample.ts";

/** What a network wants its samples as. */
export interface PrepareOptions {
  readonly input: Size;
  readonly heatmap: Size;
  /** Standard deviation of the targets in heatmap pixels. */
  readonly sigma: number;
}

/** n samples ready for the GPU, one after another. */
export interface PreparedSamples<B extends ArrayBufferLike = ArrayBufferLike> {
  /** [n,h,w,4], RGBA. */
  readonly image: Uint8Array<B>;
  /** [n,h',w',k]. */
  readonly target: Float32Array<B>;
  /** [n,k], 1 where the joint teaches. */
  readonly mask: Float32Array<B>;
}

/**
 * Decodes, crops and encodes samples into room for as many; a function of the samples and options alone, so it does not matter where it runs.
 * @throws ImageError when an image is missing, broken, or of another size than annotated.
 */
export async function prepareSamples(
  samples: readonly Sample[],
  { input, heatmap, sigma }: PrepareOptions,
  decode: (path: string) => Promise<RgbImage>,
  into: PreparedSamples,
): Promise<void> {
  let image: RgbImage | undefined;
  for (const [n, sample] of samples.entries()) {
    // Persons of one image often follow one another in annotation files, so an epoch in order decodes such an image once.
    if (!image || sample.imagePath !== samples[n - 1]?.imagePath) image = await decode(sample.imagePath);
    assertSize(sample, image);
    const crop = cropOfBox(sample.box, input);
    const { heatmaps, mask } = encodeHeatmaps(transformKeypoints(crop, sample.keypoints), { input, heatmap, sigma });
    into.image.set(cropImage(image, crop, input), n * input.height * input.width * 4);
    into.target.set(heatmaps, n * heatmaps.length);
    into.mask.set(mask, n * mask.length);
  }
}

/** Room for n samples of k joints, all zero: black images without anything to learn. */
export function allocateSamples<B extends ArrayBufferLike>(
  n: number,
  joints: number,
  { input, heatmap }: PrepareOptions,
  allocate: (bytes: number) => B,
): PreparedSamples<B> {
  return {
    image: new Uint8Array(allocate(n * input.height * input.width * 4)),
    target: new Float32Array(allocate(4 * n * heatmap.height * heatmap.width * joints)),
    mask: new Float32Array(allocate(4 * n * joints)),
  };
}

/** A file of another size than annotated would put every key point in the wrong place without a sign. */
function assertSize({ imagePath, imageWidth, imageHeight }: Sample, { width, height }: RgbImage): void {
  if (width === imageWidth && height === imageHeight) return;
  throw new ImageError(
    imagePath,
    `is ${width} × ${height} pixels but annotated as ${imageWidth} × ${imageHeight}; use the images that the annotations were made on`,
  );
}
