import path from "node:path";
import { createLoader, DatasetError, openTeacherRecords, openTeacherRecordWriter, type RecordFile } from "@kindling/data";
import { type Device, decodeFloat16, encodeFloat16 } from "@kindling/gpu";
import { cropRuleOf } from "@kindling/pose";
import { createNetwork } from "./createNetwork.ts";
import { Evaluator } from "./evaluator.ts";
import { loadNetwork } from "./loadNetwork.ts";
import { microBatchSize } from "./microBatches.ts";
import { NetworkError } from "./networkError.ts";
import { checkHeatmaps } from "./networks.ts";
import { readRecipeData, readTeacherWeights } from "./readRecipeData.node.ts";
import { RecipeError } from "./recipe/recipeError.ts";
import type { Recipe } from "./recipe.ts";
import { targetCodecOf } from "./targetCodecOf.ts";
import { teacherRecordsOf } from "./teacherCache.node.ts";
import { teacherCard } from "./teacherCard.ts";
import { type Teacher, withoutTeachers } from "./teachers.ts";

/** What {@link cacheTeacher} runs, and on what. */
export interface CacheTeacherOptions {
  readonly recipe: Recipe;
  /** One of `teachersOf` the recipe. */
  readonly teacher: Teacher;
  /** Folder to write; by default the teacher's `cache`, else `teacher-cache` beside the training data, and there a folder for each of several. */
  readonly directory?: string;
  readonly openDevice: () => Promise<Device>;
  /** Called with how many persons of how many are done; what it throws ends the work, which then goes on the next time. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** A file of heatmaps and how it came to be. */
export interface CachedTeacher {
  readonly file: RecordFile;
  readonly directory: string;
  readonly samples: number;
  /** Persons that the teacher looked at now; 0 when the file was there already and up to date. */
  readonly made: number;
  /** Of those: what rounding to f16 changed at most, and the largest magnitude. */
  readonly rounding: { readonly largestError: number; readonly largestValue: number };
}

/**
 * Runs a recipe's teacher over its training set once, in f32, and stores the heatmaps as f16 for its `cache`. The file appears under its name
 * when it is complete; what an interrupted call has computed is used by the next.
 * @throws RecipeError when the teacher's heatmaps do not fit, NetworkError when they exceed f16, else as reading the recipe's files does.
 */
export async function cacheTeacher({ recipe, teacher, openDevice, onProgress, ...options }: CacheTeacherOptions): Promise<CachedTeacher> {
  if (cropRuleOf(targetCodecOf(recipe.data)) === "udp")
    throw new RecipeError(
      "data.codec: the cache is of crops by HRNet's rule, and udp's coding has crops of its own; train without a cache",
    );
  const directory = options.directory ?? teacher.recipe.cache ?? defaultFolder(recipe, teacher);
  const model = createNetwork(teacher.recipe, recipe.data.input, teacher.path);
  checkHeatmaps(model, recipe);
  const { training: dataset, stored } = await readRecipeData(withoutTeachers(recipe));
  const records = await teacherRecordsOf(recipe, teacher, dataset, directory);
  const { length: samples } = dataset.samples;
  const present = await openTeacherRecords(records).catch((error: unknown) => {
    if (error instanceof DatasetError) return null;
    throw error;
  });
  const rounding = { largestError: 0, largestValue: 0 };
  if (present) return { file: present, directory, samples, made: 0, rounding };

  await using writer = await openTeacherRecordWriter(records);
  const [first = samples] = writer.missing;
  const batchSize = Math.min(microBatchSize(recipe), samples);
  const from = Math.floor(first / batchSize) * batchSize;
  onProgress?.(Math.min(from, samples), samples);
  if (first < samples) {
    const weights = await readTeacherWeights(recipe, teacher);
    using device = await openDevice();
    using loaded = loadNetwork(device, { model, weights });
    const { input, workers } = recipe.data;
    using evaluator = await Evaluator.create(device, {
      ...loaded,
      input,
      normalization: teacherCard(teacher.recipe, model).input,
      batchSize,
      losses: [],
    });
    await using loader = createLoader({
      dataset,
      input: { height: input[0], width: input[1] },
      batchSize,
      stored: stored.training,
      state: { epoch: 0, position: from / batchSize, seed: 0 },
      ...(workers === undefined ? {} : { workers }),
    });
    let done = from;
    for await (const { image, indices, valid } of loader) {
      const heatmaps = (await evaluator.outputs(image))[0]!; // all that is read of a network with heatmaps, which checkHeatmaps saw to
      const size = heatmaps.length / batchSize;
      const halves = encodeFloat16(heatmaps.subarray(0, valid * size));
      measure(heatmaps, decodeFloat16(halves), rounding, teacher.recipe.model);
      for (let n = 0; n < valid; n++) await writer.write(indices[n]!, new Uint8Array(halves.buffer, n * size * 2, size * 2));
      done += valid;
      onProgress?.(done, samples);
    }
  }
  return { file: await writer.finish(), directory, samples, made: samples - Math.min(from, samples), rounding };
}

function defaultFolder({ data }: Recipe, { key }: Teacher): string {
  const folder = path.join(path.dirname(data.train.data), "teacher-cache");
  return key === "teacher" ? folder : path.join(folder, key.slice("teachers.".length));
}

/** @throws NetworkError when a value is none in f16. */
function measure(exact: Float32Array, rounded: Float32Array, worst: { largestError: number; largestValue: number }, model: string): void {
  for (let i = 0; i < rounded.length; i++) {
    const value = rounded[i]!;
    if (!Number.isFinite(value))
      throw new NetworkError(`${model}: a heatmap holds ${exact[i]}, which f16 cannot store; train without teacher.cache`);
    worst.largestError = Math.max(worst.largestError, Math.abs(value - exact[i]!));
    worst.largestValue = Math.max(worst.largestValue, Math.abs(value));
  }
}
