import { type DrawPlace, openpose18 } from "@kindling/pose";
import type { ScenePreparation } from "./bottomUp/prepareScenes.ts";
import type { Scene } from "./bottomUp/scene.ts";
import type { PersonView } from "./personView.ts";
import { allocateSamples, type PreparedSamples, type PrepareOptions } from "./prepareSamples.ts";
import type { Sample } from "./sample.ts";

/** A few samples of a data set to prepare together; plain data, so that it can be sent to a worker thread. */
export type PrepareTask = PersonTask | SceneTask;

/** Crops of persons. */
export interface PersonTask {
  readonly kind: "persons";
  readonly samples: readonly Sample[];
  /** How each is seen. */
  readonly views: readonly PersonView[];
  /** Their places in the data set, which are those of their stored records. */
  readonly indices: readonly number[];
  readonly options: PrepareOptions;
}

/** Images with all their persons. */
export interface SceneTask {
  readonly kind: "scenes";
  readonly scenes: readonly Scene[];
  /** What each scene's view is drawn from. */
  readonly draws: readonly DrawPlace[];
  readonly options: ScenePreparation;
}

/** Room for what a task prepares; it has one sample at least. */
export function allocateTask<B extends ArrayBufferLike>(task: PrepareTask, allocate: (bytes: number) => B): PreparedSamples<B> {
  if (task.kind === "scenes") return allocateSamples(task.scenes.length, openpose18.joints.length, task.options, allocate);
  return allocateSamples(task.samples.length, task.samples[0]!.keypoints.length / 3, task.options, allocate);
}
