import { type AugmentationStage, type CropShape, type Size, type TargetCodec, targetShapes } from "@kindling/pose";
import { runPrepareTask } from "#runPrepareTask";
import { defaultWorkers, openWorkerPool } from "#workerPool";
import type { SceneViews } from "./bottomUp/sceneView.ts";
import { copySamples, sliceSample } from "./copySamples.ts";
import { epochOrder } from "./epochOrder.ts";
import { LoaderError } from "./loaderError.ts";
import { allocateSamples, type PreparedSamples } from "./prepareSamples.ts";
import { allocateTask } from "./prepareTask.ts";
import { assertFewReplaced, type ReadableSample, type ReplacedSample, readableSample } from "./readableSample.ts";
import { type Dataset, ImageError } from "./sample.ts";
import type { RecordFile, StoredRecords } from "./stored/recordFile.ts";
import { type TaskSource, taskSource } from "./taskSource.ts";
import type { WorkerPool } from "./workerPool.ts";

/** What a loader makes batches of, and in which order. */
export interface LoaderOptions {
  readonly dataset: Dataset;
  /** Size of the network input. */
  readonly input: Size;
  /**
   * What key points are learned as; absent where images alone are wanted: batches then have no targets. With `pafs` a batch is of scenes, images with
   * all their persons (`scenesOf`).
   */
  readonly codec?: TargetCodec;
  /** What crops of persons show of the image; padded by default. */
  readonly crop?: CropShape;
  /** How scenes are seen; letterboxes by default. */
  readonly views?: SceneViews;
  readonly batchSize: number;
  /** What the order of every epoch follows from; 0 by default. */
  readonly seed?: number;
  /** A new order each epoch (training) or always the dataset's (evaluation, the default). */
  readonly shuffle?: boolean;
  /** Leave out the last batch when it is not full (training) or pad it (evaluation, the default). */
  readonly dropLast?: boolean;
  /** Threads that prepare batches; 0 prepares them in this one. By default as many as the machine can spare. The batches are the same. */
  readonly workers?: number;
  /** What changes about the crops, by epoch; nothing by default. A person's view follows from seed, epoch and place in the data set alone. */
  readonly augment?: readonly AugmentationStage[];
  /** Use the first so many samples only, e.g. to see a network overfit them. */
  readonly limit?: number;
  /** Keep every prepared sample in memory, image and targets, so that later epochs cost nothing. For small datasets. */
  readonly cache?: boolean;
  /**
   * Records made before (`cropDataset`, teachers' heatmaps) to read instead of computing them. The batches are the same but for `teachers`.
   * Iterating throws DatasetError when one is damaged.
   */
  readonly stored?: StoredRecords;
  /**
   * What becomes of a sample whose image is missing, broken or of another size than annotated: iterating throws ImageError (evaluation, the default),
   * or the next sample of the epoch's order that can be read takes its place (training), up to a tenth of an epoch (`Batch.replaced`).
   */
  readonly unreadable?: "throw" | "replace";
  /** Go on where another loader over the same dataset stood; its seed wins over `seed`. */
  readonly state?: LoaderState;
}

/** Where a loader stands, as plain JSON. */
export interface LoaderState {
  readonly epoch: number;
  /** Batches of this epoch handed out so far. */
  readonly position: number;
  readonly seed: number;
  /** Samples replaced in these batches because they could not be read; absent for none. */
  readonly replaced?: number;
}

/** n = batchSize samples; in a padded batch those behind `valid` are black images with targets, and masks, of 0. */
export interface Batch {
  /** [n,h,w,4], RGBA crops. */
  readonly image: Uint8Array<ArrayBuffer>;
  /**
   * [n, …] each, by name as `targetShapes` of @kindling/pose has them: heatmaps are `target` [n,h',w',k] and `mask` [n,k], the weight of each joint, 0
   * where it does not teach.
   */
  readonly targets: Readonly<Record<string, Float32Array<ArrayBuffer>>>;
  /** What teachers put out, when that is stored: heatmaps [n,h',w',k] by the names of `StoredRecords`. */
  readonly teachers?: Readonly<Record<string, Float32Array<ArrayBuffer>>>;
  /** [n], places in `dataset.samples`, or in `scenesOf`; 2³²−1 behind `valid`. */
  readonly indices: Uint32Array<ArrayBuffer>;
  /** How many samples are real, 1 … n. */
  readonly valid: number;
  /** Samples that could not be read, and what stands in their places, whose index is in `indices`; absent for none. */
  readonly replaced?: readonly ReplacedSample[];
}

/**
 * Batches of a dataset. Iterating gives what is left of the present epoch; iterating again gives the next one. A loop left early goes on
 * where it was left. The caller owns a batch and may keep it.
 */
export interface DataLoader extends AsyncIterable<Batch>, AsyncDisposable {
  readonly batchesPerEpoch: number;
  /** A batch counts as used once the loop body has it: save this after a step, and a loader made from it gives the step after. */
  state(): LoaderState;
  /** Ends the worker threads; the loader cannot be iterated afterwards. */
  close(): Promise<void>;
}

/**
 * Makes a loader, which prepares up to three batches ahead while the caller is busy. The batches depend on the dataset, the options and the
 * state (and the image files) alone, not on workers or timing. Iterating throws ImageError, naming the file, when an image is missing or broken,
 * unless it is told to replace it: then DatasetError when more than a tenth of an epoch, or as many in a row as a batch has, would be.
 * @throws LoaderError when an option is out of range or there is no batch in an epoch.
 */
export function createLoader(options: LoaderOptions): DataLoader {
  return new SampleLoader(options);
}

const prefetchedBatches = 3;
/** Samples to a task: large enough to spare messages, small enough that every worker gets some of a batch. */
const samplesPerTask = 4;
const noIndex = 0xffffffff;
/** Unreadable samples in a row that are replaced even when batches are smaller. */
const shortestRun = 8;

class SampleLoader implements DataLoader {
  readonly batchesPerEpoch: number;
  readonly #source: TaskSource;
  readonly #options: LoaderOptions;
  readonly #pool: WorkerPool | null;
  readonly #cache: Map<number, PreparedSamples> | null;
  readonly #seed: number;
  #epoch: number;
  #position: number;
  /** Samples of the present epoch that were replaced in batches handed out. */
  #replaced: number;
  #phase: "idle" | "iterating" | "closed" = "idle";

  constructor(options: LoaderOptions) {
    const { dataset, batchSize, limit, dropLast = false, workers = defaultWorkers(), state } = options;
    assertWhole({ batchSize, ...(limit === undefined ? {} : { limit }) }, 1);
    assertWhole({ workers, seed: options.seed ?? 0, ...state }, 0);
    this.#options = options;
    this.#source = taskSource(options);
    assertStored(options, this.#source);
    this.batchesPerEpoch = (dropLast ? Math.floor : Math.ceil)(this.#source.length / batchSize);
    if (this.batchesPerEpoch === 0) {
      throw new LoaderError(
        `batchSize: ${dataset.name} has ${this.#source.length} samples, fewer than one batch of ${batchSize}; use a smaller batch`,
      );
    }
    this.#seed = state?.seed ?? options.seed ?? 0;
    this.#epoch = state?.epoch ?? 0;
    this.#position = state?.position ?? 0;
    this.#replaced = state?.replaced ?? 0;
    if (this.#position > this.batchesPerEpoch) {
      throw new LoaderError(
        `state: position ${this.#position} is behind the ${this.batchesPerEpoch} batches of an epoch; resume with the dataset and batch size of before`,
      );
    }
    this.#cache = options.cache ? new Map() : null;
    this.#pool = workers > 0 ? openWorkerPool(workers) : null;
  }

  state(): LoaderState {
    const replaced = this.#replaced > 0 ? { replaced: this.#replaced } : {};
    return { epoch: this.#epoch, position: this.#position, seed: this.#seed, ...replaced };
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Batch, void, undefined> {
    if (this.#phase === "closed") throw new LoaderError("the loader is closed; make a new one from its state");
    if (this.#phase === "iterating") throw new LoaderError("the loader is being iterated already; use one loader for each loop");
    this.#phase = "iterating";
    try {
      yield* this.#epochBatches();
    } finally {
      this.#leave();
    }
  }

  async close(): Promise<void> {
    this.#phase = "closed";
    this.#cache?.clear();
    await this.#pool?.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #leave(): void {
    if (this.#phase === "iterating") this.#phase = "idle";
  }

  async *#epochBatches(): AsyncGenerator<Batch, void, undefined> {
    const order = epochOrder(this.#source.length, { seed: this.#seed, epoch: this.#epoch, shuffled: this.#options.shuffle ?? false });
    const ahead: Promise<Batch>[] = [];
    let next = this.#position;
    const fill = (): void => {
      while (ahead.length < prefetchedBatches && next < this.batchesPerEpoch) {
        const batch = this.#prepareBatch(order, next++);
        batch.catch(() => {}); // it is reported when its turn comes, and to nobody when the loop is left before
        ahead.push(batch);
      }
    };
    for (fill(); ahead.length > 0; fill()) {
      const batch = await ahead.shift()!; // the loop's condition
      fill();
      if (batch.replaced) assertFewReplaced(this.#replaced + batch.replaced.length, order.length, batch.replaced.at(-1)!); // never an empty list
      this.#replaced += batch.replaced?.length ?? 0;
      this.#position++;
      yield batch;
    }
    this.#epoch++;
    this.#position = 0;
    this.#replaced = 0;
  }

  async #prepareBatch(order: readonly number[], position: number): Promise<Batch> {
    const { batchSize } = this.#options;
    const chosen = order.slice(position * batchSize, (position + 1) * batchSize);
    const batch = allocateSamples(batchSize, this.#source.joints, this.#options, (bytes) => new ArrayBuffer(bytes));
    const indices = new Uint32Array(batchSize).fill(noIndex);
    indices.set(chosen);
    const missing: number[] = [];
    for (const [at, index] of chosen.entries()) {
      const cached = this.#cache?.get(index);
      if (cached) copySamples(cached, batch, at, batchSize);
      else missing.push(at);
    }
    const tasks = Array.from({ length: Math.ceil(missing.length / samplesPerTask) }, (_, i) =>
      missing.slice(i * samplesPerTask, (i + 1) * samplesPerTask),
    );
    const first = position * batchSize;
    const replaced: { readonly at: number; readonly sample: ReplacedSample }[] = [];
    await Promise.all(
      tasks.map(async (task) => {
        const samples = await this.#readable(
          order,
          task.map((at) => first + at),
        );
        for (const [n, at] of task.entries()) {
          const sample = samples[n]!; // one for each
          copySamples(sample.prepared, batch, at, batchSize);
          this.#cache?.set(sample.index, sample.prepared);
          indices[at] = sample.index;
          if (sample.replaced) replaced.push({ at, sample: sample.replaced });
        }
      }),
    );
    const inOrder = replaced.toSorted((a, b) => a.at - b.at).map(({ sample }) => sample); // tasks end in any order
    return { ...batch, indices, valid: chosen.length, ...(inOrder.length > 0 ? { replaced: inOrder } : {}) };
  }

  /** The samples at some places of the order, or what takes the place of those that cannot be read. */
  async #readable(order: readonly number[], places: readonly number[]): Promise<readonly ReadableSample[]> {
    try {
      const prepared = await this.#prepare(places.map((place) => order[place]!)); // places of the order
      return places.map((place, n) => ({ index: order[place]!, prepared: sliceSample(prepared, n, places.length) }));
    } catch (error) {
      if (!(error instanceof ImageError) || this.#options.unreadable !== "replace") throw error;
      const longestRun = Math.max(shortestRun, this.#options.batchSize);
      return Promise.all(places.map((place) => readableSample(order, place, (index) => this.#prepare([index]), longestRun)));
    }
  }

  async #prepare(indices: readonly number[]): Promise<PreparedSamples> {
    const task = this.#source.task(indices, { seed: this.#seed, epoch: this.#epoch });
    if (this.#pool) return this.#pool.prepare(task);
    const prepared = allocateTask(task, (bytes) => new ArrayBuffer(bytes));
    await runPrepareTask(task, prepared);
    return prepared;
  }
}

/** Records of another size, or too few, belong to another loader. */
function assertStored({ stored, input, codec }: LoaderOptions, { length, joints }: TaskSource): void {
  // A teacher's heatmaps are of the size of the targets; without such targets nothing says what they should be.
  const heatmaps = codec?.kind === "heatmaps" ? targetShapes(codec, input, joints).target : undefined;
  const ofTeacher = heatmaps?.reduce((bytes, axis) => bytes * axis, 2);
  const check = (name: string, { path, records, recordBytes }: RecordFile, expected: number): void => {
    if (recordBytes === expected && records >= length) return;
    throw new LoaderError(
      `stored.${name}: ${path} has ${records} records of ${recordBytes} bytes; this loader needs ${length} of ${expected}`,
    );
  };
  if (stored?.crops) check("crops", stored.crops, input.height * input.width * 3);
  for (const [name, file] of Object.entries(stored?.teachers ?? {})) check(`teachers.${name}`, file, ofTeacher ?? file.recordBytes);
}

function assertWhole(values: Readonly<Record<string, number>>, least: number): void {
  for (const [name, value] of Object.entries(values)) {
    if (!Number.isSafeInteger(value) || value < least)
      throw new LoaderError(`${name}: must be a whole number of at least ${least}; got ${value}`);
  }
}
