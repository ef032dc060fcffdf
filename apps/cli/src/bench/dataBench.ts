import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { ParameterStore } from "@kindling/autograd";
import { cropDataset, type LoaderOptions, measureLoaders, type RecordFile } from "@kindling/data";
import { type Device, openDevice } from "@kindling/gpu";
import { createModel, nameModule, saveWeights, variablesOf, writeSafetensors } from "@kindling/models";
import { augmentationPresets, createRandom } from "@kindling/pose";
import {
  cacheTeacher,
  createNetworks,
  parseRecipe,
  type Recipe,
  readRecipeData,
  recipeDigest,
  type TrainEvent,
  Trainer,
  teachersOf,
} from "@kindling/trainer";
import { cpuMicroseconds } from "../cpuMicroseconds.ts";
import { quarterHeatmaps } from "../quarterHeatmaps.ts";
import type { BenchOptions, BenchRow, BenchTable } from "./benchReport.ts";
import { type Contestant, interleave } from "./interleave.ts";
import { quartiles } from "./quartiles.ts";

/** What is loaded and trained on, beside what every benchmark may be told. */
export interface DataBenchOptions extends BenchOptions {
  readonly annotations: string;
  readonly images: string;
  /** Pixels of the crops. */
  readonly input: { readonly height: number; readonly width: number };
  readonly batch: number;
  /** Persons at most. */
  readonly limit: number | undefined;
  readonly width: number;
  readonly teacher: string;
}

/**
 * `kindling bench data`: loaders that decode, augment, and read stored crops, with one worker and with two, and epochs of the student alone, with the teacher's heatmaps from disk,
 * and with the teacher computed in each step. Crops, heatmaps and the teacher's random weights are made in a temporary folder.
 */
export async function benchData(device: Device, options: DataBenchOptions): Promise<BenchTable> {
  const folder = await mkdtemp(path.join(tmpdir(), "kindling-bench-data-"));
  try {
    const { annotations, images, input, limit, note } = options;
    note("making the crops");
    const directory = path.join(folder, "crops");
    const { file, dataset } = await cropDataset({
      annotations,
      images,
      input,
      directory,
      ...(limit === undefined ? {} : { reading: { limit } }),
    });
    const samples = dataset.samples.length;
    const batchSize = Math.min(options.batch, samples);
    const results: BenchRow[] = [];
    const ways = loaderWays(file).filter(({ name }) => name.startsWith(options.only));
    if (ways.length > 0) {
      note("loading: decoded, augmented, from crops");
      const plain = { dataset, input, codec: quarterHeatmaps(input), batchSize };
      const speeds = await measureLoaders(
        ways.map((way) => ({ ...plain, ...way.changes })),
        { rounds: options.rounds, cpuMicroseconds },
      );
      const first = speeds[0]!.samplesPerCoreSecond; // there is a way
      const rows = ways.map(({ name }, i) => ({
        bench: "data",
        name,
        samples,
        ...speeds[i]!,
        ratio: first / speeds[i]!.samplesPerCoreSecond,
      }));
      results.push(...rows);
    }
    const set: TrainingSet = { folder, crops: directory, joints: dataset.skeleton.joints.length, samples, batchSize };
    results.push(...(await epochRows(device, set, options)));
    const { height, width } = input;
    return {
      bench: "data",
      title: "Loading, and epochs with it",
      columns,
      results,
      notes: [
        `${path.basename(annotations)}: ${samples} persons${limit === undefined ? "" : ` (limit=${limit})`} as crops of ${height}×${width}, batches of ${batchSize}; medians of up to ${options.rounds} epochs in turn, after one that does not count.`,
        "A core: samples by the processor time of all threads of this process. Augmenting: HRNet's preset.",
        `An epoch: all whole batches through the training loop, from stored crops; squeezenet-hpe${options.width === 1 ? "" : ` of width ${options.width}`}, AdamW, mean squared errors; the teacher is ${options.teacher} with random weights.`,
      ],
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const columns = [
  { key: "name", heading: "what" },
  { key: "samples", heading: "persons" },
  { key: "samplesPerSecond", heading: "persons/s" },
  { key: "samplesPerCoreSecond", heading: "persons/s a core" },
  { key: "milliseconds", heading: "ms an epoch" },
  { key: "lower", heading: "lower" },
  { key: "upper", heading: "upper" },
  { key: "epochs", heading: "epochs" },
  { key: "ratio", heading: "× the first of its kind" },
];

/** The ways of loading, each with one worker and with two. */
function loaderWays(crops: RecordFile): readonly { readonly name: string; readonly changes: Partial<LoaderOptions> }[] {
  const ways: readonly (readonly [string, Partial<LoaderOptions>])[] = [
    ["decoding", {}],
    ["augmenting", { augment: [{ from: 0, augmentation: augmentationPresets.hrnet }] }],
    ["from crops", { stored: { crops } }],
  ];
  return ways.flatMap(([way, changes]) =>
    [1, 2].map((workers) => ({ name: `loader, ${way}, ${workers} worker${workers > 1 ? "s" : ""}`, changes: { ...changes, workers } })),
  );
}

interface TrainingSet {
  /** For what the epochs need beside the crops. */
  readonly folder: string;
  readonly crops: string;
  readonly joints: number;
  readonly samples: number;
  readonly batchSize: number;
}

/** What an epoch does about a teacher. */
type TeacherUse = "none" | "cached" | "computed";

async function epochRows(device: Device, set: TrainingSet, options: DataBenchOptions): Promise<readonly BenchRow[]> {
  const uses = new Map<string, TeacherUse>([
    ["epoch, student alone", "none"],
    ["epoch, teacher cached", "cached"],
    ["epoch, teacher computed", "computed"],
  ]);
  const chosen = [...uses].filter(([name]) => name.startsWith(options.only));
  if (chosen.length === 0) return [];
  const weights = path.join(set.folder, "teacher.safetensors");
  if (chosen.some(([, use]) => use !== "none")) await writeFile(weights, await randomWeights(device, options.teacher, set.joints));
  const epochs: Epochs[] = [];
  try {
    for (const [name, use] of chosen) {
      options.note(name);
      const recipe = recipeOf(use, weights, set, options);
      for (const teacher of use === "cached" ? teachersOf(recipe) : [])
        await cacheTeacher({ recipe, teacher, openDevice: () => openDevice(), onProgress: () => options.signal.throwIfAborted() });
      epochs.push(await epochsOf(device, name, recipe, options.signal));
    }
    for (const { sample } of epochs) await sample();
    const samples = await interleave(epochs, options);
    const first = quartiles(samples[0]!).median;
    return epochs.map(({ name }, i): BenchRow => {
      const { median, lower, upper, samples: count } = quartiles(samples[i]!);
      const persons = Math.floor(set.samples / set.batchSize) * set.batchSize;
      const samplesPerSecond = (1000 * persons) / median;
      return {
        bench: "data",
        name,
        samples: persons,
        samplesPerSecond,
        milliseconds: median,
        lower,
        upper,
        epochs: count,
        ratio: median / first,
      };
    });
  } finally {
    for (const each of epochs) await each[Symbol.asyncDispose]();
  }
}

function recipeOf(
  use: TeacherUse,
  weights: string,
  set: TrainingSet,
  { annotations, images, input, ...options }: DataBenchOptions,
): Recipe {
  const people = { data: path.resolve(annotations), images: path.resolve(images), crops: set.crops };
  const cache = use === "cached" ? { cache: path.join(set.folder, "teacher-cache") } : {};
  const recipe = {
    name: "bench",
    seed: 1,
    student: { model: "squeezenet-hpe", joints: set.joints, width: options.width },
    ...(use === "none" ? {} : { teacher: { model: options.teacher, joints: set.joints, weights, ...cache } }),
    data: {
      train: people,
      validation: people,
      input: [input.height, input.width],
      batchSize: set.batchSize,
      ...(options.limit === undefined ? {} : { limit: options.limit }),
    },
    losses: [
      { name: "gt", kind: "mse", against: "groundTruth", weight: 1 },
      ...(use === "none" ? [] : [{ name: "kd", kind: "mse", against: "teacher", weight: 1 }]),
    ],
    optimizer: { kind: "adamw", learningRate: 1e-4, weightDecay: 0 },
    schedule: { kind: "constant", epochs: 1_000_000 },
    validateEvery: 1_000_000,
  };
  return parseRecipe(JSON.stringify(recipe), "bench.yaml"); // YAML contains JSON
}

interface Epochs extends Contestant, AsyncDisposable {}

async function epochsOf(device: Device, name: string, recipe: Recipe, signal: AbortSignal): Promise<Epochs> {
  const data = await readRecipeData(recipe);
  const networks = createNetworks(device, recipe, null);
  const dispose: (() => Promise<unknown> | undefined)[] = [async () => networks[Symbol.dispose]()];
  try {
    const trainer = await Trainer.create({ device, recipe, recipeDigest: recipeDigest(recipe), networks, ...data });
    dispose.unshift(() => trainer[Symbol.asyncDispose]());
    const events = trainer.run(signal);
    return {
      name,
      async sample() {
        const begin = performance.now();
        for (let event = await next(events); event.kind !== "epoch"; event = await next(events)) signal.throwIfAborted();
        return performance.now() - begin;
      },
      async [Symbol.asyncDispose]() {
        await events.return(undefined);
        for (const end of dispose) await end();
      },
    };
  } catch (error) {
    for (const end of dispose) await end();
    throw error;
  }
}

async function next(events: AsyncGenerator<TrainEvent>): Promise<TrainEvent> {
  const { value, done } = await events.next();
  if (done) throw new Error("bench data: training ended before its last epoch");
  return value;
}

async function randomWeights(device: Device, model: string, joints: number): Promise<Uint8Array> {
  const teacher = createModel(model, { joints });
  nameModule(teacher, "teacher");
  const variables = [...variablesOf(teacher).values()];
  using store = new ParameterStore(device, { variables, trainable: () => false });
  store.initialise(variables, createRandom(1));
  return writeSafetensors(await saveWeights(store, teacher), {});
}
