import { annotationsOf, type CocoAnnotation, coco17, createRandom, drawScene, synthesizeScene } from "@kindling/pose";
import { DatasetError } from "./sample.ts";

/** What decides the pictures of a synthetic data set: equal options give equal ones. */
export interface SynthesisOptions {
  /** Number of images. */
  readonly count: number;
  readonly seed: number;
  /** Size of the images in pixels, at least 32. */
  readonly width: number;
  readonly height: number;
}

/** A synthetic data set and the folder that it is written to. */
export interface SynthesizeOptions extends SynthesisOptions {
  /** Folder to write; it must not exist, be empty, or hold this very synthesis. */
  readonly directory: string;
  /** Called after images have been written, with how many of how many. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** What has been written and where; `annotations` and `images` are what `readCoco` takes. */
export interface SynthesizedDataset {
  /** Persons that `readCoco` will give. */
  readonly samples: number;
  readonly annotations: string;
  readonly images: string;
}

/** One image of a synthetic dataset, with what COCO files say about it. */
export interface SyntheticImage {
  readonly image: { readonly id: number; readonly file_name: string; readonly width: number; readonly height: number };
  readonly annotations: readonly CocoAnnotation[];
  readonly svg: string;
}

/**
 * The images of a synthetic dataset, one after another. Image i is a function of (seed, i, size): a larger count only appends.
 * @throws DatasetError when count, seed or size is not a whole number in its range.
 */
export function* synthesizeImages({ count, seed, width, height }: SynthesisOptions): Generator<SyntheticImage, void, undefined> {
  for (const [name, value, least] of [
    ["count", count, 1],
    ["seed", seed, 0],
    ["width", width, 32],
    ["height", height, 32],
  ] as const) {
    if (!Number.isSafeInteger(value) || value < least)
      throw new DatasetError(`synthesize: ${name} must be a whole number of at least ${least}; got ${value}`);
  }
  let firstAnnotation = 1;
  for (let i = 0; i < count; i++) {
    const scene = synthesizeScene(createRandom(seed, i), { width, height });
    const annotations = annotationsOf(scene, { image: i + 1, firstAnnotation });
    firstAnnotation += annotations.length;
    const file_name = `${String(i + 1).padStart(6, "0")}.jpg`;
    yield { image: { id: i + 1, file_name, width, height }, annotations, svg: drawScene(scene) };
  }
}

/** COCO's one category of persons with key points; its joint numbers start at 1. */
export const cocoPersonCategory: object = {
  id: 1,
  name: "person",
  supercategory: "person",
  keypoints: coco17.joints,
  skeleton: coco17.limbs.map(([a, b]) => [a + 1, b + 1]),
};
