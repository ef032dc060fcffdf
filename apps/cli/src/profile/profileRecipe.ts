import { existsSync } from "node:fs";
import { type Batch, createLoader } from "@kindling/data";
import { type Device, sizeOf } from "@kindling/gpu";
import { median } from "@kindling/kernels";
import { modelCosts } from "@kindling/models";
import { createRandom, targetShapes } from "@kindling/pose";
import {
  createNetworks,
  microBatchSize,
  type Networks,
  type Recipe,
  readRecipe,
  readRecipeData,
  stepCosts,
  TrainStep,
  targetCodecOf,
  teachersOf,
  writeFileAtomically,
} from "@kindling/trainer";
import { sizeOfPair } from "../networkKeys.ts";
import type { Progress } from "../progress.ts";
import { openTunedDevice } from "../tune/tunedDevice.ts";
import { chromeTrace, type ProfiledRun } from "./chromeTrace.ts";
import { HostSpans } from "./hostSpans.ts";
import { measurePeaks } from "./measurePeaks.ts";
import type { Measured, Profile } from "./profileReport.ts";
import { timePrograms } from "./timeProgram.ts";

/** A recipe, and how its training step is run. */
export interface ProfileRecipeOptions {
  readonly file: string;
  /** By dotted path. */
  readonly overrides: Readonly<Record<string, string>>;
  readonly run: boolean;
  /** File of the Chrome trace. */
  readonly trace: string | undefined;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** Ordinary steps, of which the median is told and which a trace shows. */
const ordinarySteps = 5;

/** The training step of a recipe, with random weights: none of its weights files is read. */
export async function profileRecipe({ file, overrides, run, ...options }: ProfileRecipeOptions): Promise<Profile> {
  const recipe = await readRecipe(file, overrides);
  const { input, batchSize } = recipe.data;
  const atOnce = microBatchSize(recipe);
  using device = await openTunedDevice((text) => options.progress.note(text));
  using networks = createNetworks(device, recipe, null);
  const { student, teachers, store, precision } = networks;
  const programs = stepCosts(recipe, networks); // makes the optimiser's slots, which belong to the store's bytes
  const memory = {
    "parameters, gradients and optimiser": store.bytes,
    ...Object.fromEntries(Object.entries(programs).map(([name, { plannedBytes }]) => [`${name}, shared`, plannedBytes])),
  };
  return {
    title: `${recipe.name}, training step in ${precision}, input ${input.join("x")}, batch ${batchSize}${atOnce < batchSize ? ` in ${recipe.accumulate} parts of ${atOnce}` : ""}`,
    networks: [
      { name: "student", costs: modelCosts(student, input, atOnce, precision) },
      ...teachers.map(({ path, model }) => ({ name: path, costs: modelCosts(model, input, atOnce, precision) })),
    ],
    peakBytes: Object.values(memory).reduce((sum, bytes) => sum + bytes, 0),
    memory,
    ...(run ? { measured: await measure(device, recipe, networks, options) } : {}),
  };
}

async function measure(
  device: Device,
  recipe: Recipe,
  networks: Networks,
  { trace, progress, signal }: Pick<ProfileRecipeOptions, "trace" | "progress" | "signal">,
): Promise<Measured> {
  const ceilings = await measurePeaks(device, networks.precision, signal);
  using step = await TrainStep.create(device, recipe, networks);
  const spans = new HostSpans();
  const times = await trainingSteps(device, recipe, step, { spans, progress, signal });
  const programs = await timePrograms(step.programs, signal, step.runs);
  if (trace !== undefined) {
    const runs: ProfiledRun[] = [];
    for (const [program, compiled] of Object.entries(step.programs)) {
      const start = performance.now();
      const { kernels } = await spans.await(`profiled run of ${program}`, () => compiled.profile());
      runs.push({ program, start, kernels });
    }
    await writeFileAtomically(trace, chromeTrace(spans.spans, runs));
  }
  return {
    adapter: device.fingerprint,
    ceilings,
    programs,
    milliseconds: median(times),
    ...(step.programs.teacher
      ? { note: "the kernels of `teacher` run in the first epoch alone: heatmaps of teachers are kept (data.cache)" }
      : {}),
  };
}

/** Milliseconds of steps from the batch in memory to the end of the work; one before them, in which drivers finish compiling, does not count. */
async function trainingSteps(
  device: Device,
  recipe: Recipe,
  step: TrainStep,
  { spans, progress, signal }: { readonly spans: HostSpans; readonly progress: Progress; readonly signal: AbortSignal },
): Promise<readonly number[]> {
  await using source = await batchesOf(recipe, progress);
  const unseen = new HostSpans();
  const times: number[] = [];
  for (let i = 0; i <= ordinarySteps; i++) {
    signal.throwIfAborted();
    const noted = i === 0 ? unseen : spans;
    const batch = source.next ? await noted.await("load", source.next) : source.random;
    const start = performance.now();
    const settings = { step: i + 1, learningRate: recipe.optimizer.learningRate, lossWeights: recipe.losses.map(() => 1) };
    await step.run(batch, settings, noted.measure);
    await noted.await("wait", () => device.idle());
    if (i > 0) times.push(performance.now() - start);
  }
  return times;
}

/** Batches of the recipe's training set in endless epochs, or a random one where the data are not on this machine. */
type BatchSource = AsyncDisposable & ({ readonly next: () => Promise<Batch> } | { readonly next?: never; readonly random: Batch });

async function batchesOf(recipe: Recipe, progress: Progress): Promise<BatchSource> {
  const { input, batchSize, workers, train } = recipe.data;
  if (!existsSync(train.data)) {
    progress.note(`${train.data} does not exist, so the batch is random and loading is not measured`);
    return { random: randomBatch(recipe), [Symbol.asyncDispose]: async () => undefined };
  }
  const { training, stored } = await readRecipeData(recipe);
  const sizes = { input: sizeOfPair(input), codec: targetCodecOf(recipe.data), batchSize };
  const order = { seed: recipe.seed, shuffle: true, dropLast: true, ...(workers === undefined ? {} : { workers }) };
  const loader = createLoader({ dataset: training, ...sizes, ...order, stored: stored.training });
  let epoch = loader[Symbol.asyncIterator]();
  return {
    async next() {
      let { value, done } = await epoch.next();
      if (done) {
        epoch = loader[Symbol.asyncIterator]();
        ({ value, done } = await epoch.next());
      }
      return value as Batch; // an epoch has a batch: the loader refuses smaller sets
    },
    async [Symbol.asyncDispose]() {
      await epoch.return?.();
      await loader.close();
    },
  };
}

function randomBatch(recipe: Recipe): Batch {
  const {
    data,
    student: { joints },
  } = recipe;
  const { input, heatmap, batchSize } = data;
  const random = createRandom(1);
  const values = (shape: readonly number[]) => Float32Array.from({ length: batchSize * sizeOf(shape) }, random);
  const cached = teachersOf(recipe).filter((teacher) => teacher.recipe.cache !== undefined);
  const { mask, ...shapes } = targetShapes(targetCodecOf(data), sizeOfPair(input), joints);
  return {
    image: Uint8Array.from({ length: batchSize * sizeOf(input) * 4 }, () => Math.floor(256 * random())),
    targets: {
      ...Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, values(shape)])),
      mask: new Float32Array(batchSize * sizeOf(mask!)).fill(1), // every codec has one
    },
    teachers: Object.fromEntries(cached.map(({ path }) => [path, values([...heatmap, joints])])),
    indices: Uint32Array.from({ length: batchSize }, (_, i) => i),
    valid: batchSize,
  };
}
