import { createLoader, type Dataset } from "@kindling/data";
import type { Device } from "@kindling/gpu";
import { type Interval, oksIntervals, pckInterval } from "@kindling/pose";
import { createNetwork } from "../createNetwork.ts";
import { Evaluator } from "../evaluator.ts";
import { imagePckSamples } from "../imagePckSamples.ts";
import { loadNetwork } from "../loadNetwork.ts";
import type { NamedWeights } from "../networks.ts";
import { poseDetections } from "../poseDetections.ts";
import type { NetworkRecipe } from "../recipe.ts";
import type { TeacherFeed } from "./teacherFeed.ts";

/** What a teacher found, with bounds over images. */
export interface MeasuredTeacher {
  /** Null where no joint is labelled. */
  readonly pck: Interval | null;
  /** Null where it was not asked for, or there is nobody to find. */
  readonly AP: Interval | null;
}

/** A teacher, how it is fed, and on whom it is measured. */
export interface MeasureTeacherOptions {
  readonly network: NetworkRecipe;
  readonly weights: NamedWeights;
  readonly feed: TeacherFeed;
  readonly dataset: Dataset;
  readonly batchSize: number;
  readonly workers?: number;
  /** Of the longer side of the person's box. */
  readonly pckThreshold: number;
  readonly withAP: boolean;
}

/** Measures a teacher on every sample of a dataset, in the boxes of the annotations and without a flip test. */
export async function measureTeacher(device: Device, options: MeasureTeacherOptions): Promise<MeasuredTeacher> {
  const { network, weights, feed, dataset, batchSize, pckThreshold, workers } = options;
  const { input, crop, normalization } = feed;
  using loaded = loadNetwork(device, { model: createNetwork(network, input, "teacher"), weights });
  using evaluator = await Evaluator.create(device, { ...loaded, input, crop, normalization, batchSize, losses: [] });
  await using loader = createLoader({
    dataset,
    input: { height: input[0], width: input[1] },
    crop,
    batchSize,
    ...(workers === undefined ? {} : { workers }),
  });
  const { predictions } = await evaluator.evaluate({ dataset, loader, threshold: pckThreshold, lossWeights: [] });
  const { sigmas } = dataset.skeleton;
  return {
    pck: pckInterval(imagePckSamples(dataset, predictions), pckThreshold),
    AP: options.withAP ? oksIntervals(dataset.persons, poseDetections(dataset, predictions), { sigmas }).AP : null,
  };
}
