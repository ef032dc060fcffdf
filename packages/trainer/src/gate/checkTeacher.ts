import { type Dataset, firstSamples } from "@kindling/data";
import type { Device } from "@kindling/gpu";
import type { Interval } from "@kindling/pose";
import { createNetwork } from "../createNetwork.ts";
import { microBatchSize } from "../microBatches.ts";
import type { NamedWeights } from "../networks.ts";
import type { Recipe } from "../recipe.ts";
import type { Teacher } from "../teachers.ts";
import { type ExpectedFigures, expectedFigures } from "./expectedFigures.ts";
import { type MeasuredTeacher, measureTeacher } from "./measureTeacher.ts";
import { feedOf, otherFeeds } from "./teacherFeed.ts";

/** A teacher measured before training, as `run.json` keeps it. */
export interface TeacherCheck extends MeasuredTeacher {
  readonly model: string;
  /** Where the recipe has it: `teacher`, or `teachers.NAME`. */
  readonly key: string;
  /** The first so many of the validation set's. */
  readonly persons: number;
  /** Name of the validation set. */
  readonly dataset: string;
  readonly pckThreshold: number;
  /** What it should reach; null where nobody says. */
  readonly expected: ExpectedFigures | null;
  /** The figure that it is far below, by {@link farBelowShare}; null where it is not, or nothing is expected. */
  readonly farBelow: "pck" | "AP" | null;
  /** Of a teacher that is far below: how it does on the same persons when it is fed otherwise, the best first. */
  readonly tried: readonly TriedFeed[];
}

/** A teacher that is fed otherwise. */
export interface TriedFeed {
  /** "with padded crops" */
  readonly what: string;
  /** "data.crop: padded" */
  readonly remedy: string;
  /** The figure that it was far below. */
  readonly value: number;
  /** Whether that is above the interval of what the recipe gives. */
  readonly raises: boolean;
}

/** A teacher is far below what is expected when even the upper end of its 95 % interval over images is below this share of it. */
export const farBelowShare = 0.8;

/** What {@link checkTeacher} looks at. */
export interface CheckTeacherOptions {
  readonly recipe: Recipe;
  /** One of `teachersOf` the recipe, and its weights. */
  readonly teacher: Teacher;
  readonly weights: NamedWeights;
  readonly validation: Dataset;
}

/**
 * Measures a recipe's teacher on the first persons of the validation set, fed as training would feed it. One that is far below what it should reach
 * is fed otherwise too, to find out why. Null where there is nothing to measure: `gate: off`, heatmaps from a cache, networks that find
 * all persons, or a teacher with other joints than the data.
 */
export async function checkTeacher(device: Device, options: CheckTeacherOptions): Promise<TeacherCheck | null> {
  const { recipe, weights, validation } = options;
  const { key, recipe: teacher } = options.teacher;
  const { data } = recipe;
  if (teacher.gate === "off" || teacher.cache !== undefined) return null;
  const model = createNetwork(teacher, data.input, "teacher");
  if (!["heatmaps", "simcc"].includes(model.card.codec.kind) || teacher.joints !== validation.skeleton.joints.length) return null;
  if (teacher.skeleton !== undefined && teacher.skeleton !== validation.skeleton.name) return null;

  const dataset = firstSamples(validation, teacher.gatePersons);
  const expected = expectedFigures(recipe, options.teacher, weights);
  const pckThreshold = expected?.pckThreshold ?? recipe.pckThreshold;
  const measuring = {
    network: teacher,
    weights,
    dataset,
    batchSize: Math.min(microBatchSize(recipe), dataset.samples.length),
    ...(data.workers === undefined ? {} : { workers: data.workers }),
    pckThreshold,
  };
  const feed = feedOf(recipe, teacher, model);
  const measured = await measureTeacher(device, { ...measuring, feed, withAP: expected?.AP !== undefined });
  const farBelow = expected ? farBelowOf(measured, expected) : null;
  const tried: TriedFeed[] = [];
  for (const other of farBelow ? otherFeeds(feed, { model, key }, expected?.input ?? feed.input) : []) {
    const { [farBelow!]: interval } = await measureTeacher(device, { ...measuring, feed: other.feed, withAP: farBelow === "AP" });
    const value = interval?.value ?? 0;
    tried.push({ what: other.what, remedy: other.remedy, value, raises: value > measured[farBelow!]!.high }); // far below: it has a value
  }
  tried.sort((a, b) => b.value - a.value);
  return {
    model: teacher.model,
    key,
    persons: dataset.samples.length,
    dataset: dataset.name,
    pckThreshold,
    ...measured,
    expected,
    farBelow,
    tried,
  };
}

function farBelowOf(measured: MeasuredTeacher, expected: ExpectedFigures): "pck" | "AP" | null {
  const isFarBelow = (interval: Interval | null, figure: number | undefined): boolean =>
    interval !== null && figure !== undefined && interval.high < farBelowShare * figure;
  return (["pck", "AP"] as const).find((name) => isFarBelow(measured[name], expected[name])) ?? null;
}
