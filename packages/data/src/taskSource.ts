import { openpose18 } from "@kindling/pose";
import { scenesOf } from "./bottomUp/scene.ts";
import type { LoaderOptions } from "./loader.ts";
import { LoaderError } from "./loaderError.ts";
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
export function taskSource({ dataset, input, codec, stored, views = { kind: "letterbox" }, cache, limit }: LoaderOptions): TaskSource {
  if (codec?.kind !== "pafs") {
    const samples = dataset.samples.slice(0, limit);
    const options = { input, ...(codec ? { codec } : {}), ...(stored ? { stored } : {}) }; // a message to a worker copies no more
    const task = (indices: readonly number[]): PrepareTask => ({
      kind: "persons",
      samples: indices.map((index) => samples[index]!), // places of samples
      indices,
      options,
    });
    return { length: samples.length, joints: dataset.skeleton.joints.length, task };
  }
  if (stored?.crops || stored?.teacher)
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
