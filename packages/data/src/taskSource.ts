import { augmentationOf, bodyHalves, cropRuleOf, openpose18 } from "@kindling/pose";
import { scenesOf } from "./bottomUp/scene.ts";
import type { LoaderOptions } from "./loader.ts";
import { LoaderError } from "./loaderError.ts";
import { personView } from "./personView.ts";
import type { PrepareTask } from "./prepareTask.ts";

/** The samples of a loader: persons, or scenes with all their persons. */
export interface TaskSource {
  readonly length: number;
  /** Key points of a sample. */
  readonly joints: number;
  /** What prepares the samples of these places, in an epoch of a seed. */
  task(indices: readonly number[], draw: { readonly seed: number; readonly epoch: number }): PrepareTask;
}

/**
 * What a loader's options make batches of: scenes for targets of all persons (codec `pafs`), else the dataset's samples.
 * @throws LoaderError for options that scenes do not go with, SkeletonError for scenes of a skeleton without shoulders.
 */
export function taskSource(loader: LoaderOptions): TaskSource {
  const { dataset, input, codec, crop, stored, views = { kind: "letterbox" }, augment = [], cache, limit } = loader;
  if (codec?.kind !== "pafs") {
    if (augment.length > 0) assertFresh(loader);
    const rule = cropRuleOf(codec, crop);
    const kept = stored?.crops ? "stored.crops" : stored?.teachers ? "stored.teachers" : undefined;
    if (rule !== "msra" && kept)
      throw new LoaderError(
        `${kept}: is of crops by HRNet's rule, and ${rule === "udp" ? "targets in udp's coding go with udp's crops" : "stretched crops are asked for"}`,
      );
    if (rule === "stretched" && augment.length > 0) throw new LoaderError("augment: stretched crops are not augmented; use crop: padded");
    const { skeleton } = dataset;
    const halves = bodyHalves(skeleton);
    const samples = dataset.samples.slice(0, limit);
    const options = { input, ...(codec ? { codec } : {}), ...(stored ? { stored } : {}) }; // a message to a worker copies no more
    const task: TaskSource["task"] = (indices, draw) => {
      const chosen = indices.map((index) => samples[index]!); // places of samples
      const viewOptions = { input, skeleton, halves, augmentation: augmentationOf(augment, draw.epoch), rule };
      const seen = chosen.map((sample, i) => personView(sample, viewOptions, { ...draw, sample: indices[i]! }));
      return { kind: "persons", samples: chosen, views: seen, indices, options };
    };
    return { length: samples.length, joints: skeleton.joints.length, task };
  }
  if (augment.length > 0) throw new LoaderError("augment: scenes are augmented by their views; use views: crops");
  if (stored?.crops || stored?.teachers)
    throw new LoaderError("stored: there are records of persons alone, not of images with all their persons");
  if (cache && views.kind === "crops") throw new LoaderError("cache: crops of scenes are drawn anew in every epoch; use views: letterbox");
  const scenes = scenesOf(dataset, views.kind === "crops" ? "persons" : "images").slice(0, limit);
  return {
    length: scenes.length,
    joints: openpose18.joints.length,
    task: (indices, draw) => ({
      kind: "scenes",
      scenes: indices.map((index) => scenes[index]!), // places of scenes
      draws: indices.map((sample) => ({ ...draw, sample })),
      options: { input, codec, views },
    }),
  };
}

/** @throws LoaderError when something is to be kept from epoch to epoch of crops that augmentation makes anew in each. */
function assertFresh({ stored, cache }: LoaderOptions): void {
  const kept = stored?.crops ? "stored.crops" : stored?.teachers ? "stored.teachers" : cache ? "cache" : undefined;
  if (kept)
    throw new LoaderError(
      `${kept}: keeps what was made of a crop, and augment makes another crop in every epoch; leave one of the two out`,
    );
}
