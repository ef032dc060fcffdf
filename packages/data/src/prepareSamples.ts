import { encodeTargets, type PersonCodec, type Size, type TargetCodec, targetShapes } from "@kindling/pose";
import type { RgbImage } from "./crop.ts";
import { assertImageSize } from "./imageSize.ts";
import { mapValues } from "./mapValues.ts";
import { cropPerson, type PersonView } from "./personView.ts";
import type { Sample } from "./sample.ts";
import type { StoredRecords } from "./stored/recordFile.ts";

/** What a network wants its samples as. */
export interface PrepareOptions {
  readonly input: Size;
  /** What key points are learned as; absent where images alone are wanted. */
  readonly codec?: PersonCodec;
  /** What is read instead of being computed. */
  readonly stored?: StoredRecords;
}

/** n samples ready for the GPU, one after another. */
export interface PreparedSamples<B extends ArrayBufferLike = ArrayBufferLike> {
  /** [n,h,w,4], RGBA. */
  readonly image: Uint8Array<B>;
  /** [n, …] each, by the names and shapes of `targetShapes`; none without a codec. */
  readonly targets: Readonly<Record<string, Float32Array<B>>>;
  /** What teachers put out, where that is stored: heatmaps [n,h',w',k] by the names of `StoredRecords`. */
  readonly teachers?: Readonly<Record<string, Float32Array<B>>>;
}

/** Writes the crop of the n-th sample of a task into its room, [h,w,4]. */
export type CropWriter = (sample: Sample, view: PersonView, n: number, room: Uint8Array) => Promise<void>;

/**
 * Crops and encodes samples, one view each, into room for as many; a function of its arguments alone, so it does not matter where it runs.
 * @throws ImageError when an image is missing, broken, or of another size than annotated.
 */
export async function prepareSamples(
  samples: readonly Sample[],
  views: readonly PersonView[],
  { input, codec }: PrepareOptions,
  writeCrop: CropWriter,
  into: PreparedSamples,
): Promise<void> {
  const imageBytes = input.height * input.width * 4;
  for (const [n, sample] of samples.entries()) {
    const view = views[n]!;
    await writeCrop(sample, view, n, into.image.subarray(n * imageBytes, (n + 1) * imageBytes));
    if (!codec) continue;
    const targets = encodeTargets(codec, input, view.keypoints);
    for (const [name, values] of Object.entries(targets)) into.targets[name]!.set(values, n * values.length);
  }
}

/** Crops cut from images, changed as their views say. */
export function decodedCrops(decode: (path: string) => Promise<RgbImage>, input: Size): CropWriter {
  let decoded: { readonly path: string; readonly image: RgbImage } | undefined;
  return async (sample, view, _, room) => {
    // Persons of one image often follow one another in annotation files, so an epoch in order decodes such an image once.
    const path = sample.imagePath;
    if (decoded?.path !== path) decoded = { path, image: await decode(path) };
    assertImageSize(sample, decoded.image);
    room.set(cropPerson(decoded.image, view, input));
  };
}

/** Crops that were made before, RGB [h,w,3] each; equal to those cut from the images where nothing is augmented. */
export function storedCrops(crops: readonly Uint8Array[]): CropWriter {
  return async (_, __, n, room) => {
    const rgb = crops[n]!;
    for (let from = 0, to = 0; to < room.length; from += 3, to += 4) {
      room[to] = rgb[from]!;
      room[to + 1] = rgb[from + 1]!;
      room[to + 2] = rgb[from + 2]!;
      room[to + 3] = 255;
    }
  };
}

/** Room for n samples of k joints, all zero: black images without anything to learn. */
export function allocateSamples<B extends ArrayBufferLike>(
  n: number,
  joints: number,
  { input, codec, stored }: Pick<PrepareOptions, "input" | "stored"> & { readonly codec?: TargetCodec },
  allocate: (bytes: number) => B,
): PreparedSamples<B> {
  const floats = (perSample: number): Float32Array<B> => new Float32Array(allocate(4 * n * perSample));
  const shapes = codec ? targetShapes(codec, input, joints) : {};
  return {
    image: new Uint8Array(allocate(n * input.height * input.width * 4)),
    targets: mapValues(shapes, (shape) => floats(shape.reduce((a, b) => a * b))),
    ...(stored?.teachers ? { teachers: mapValues(stored.teachers, ({ recordBytes }) => floats(recordBytes / 2)) } : {}), // stored as f16
  };
}
