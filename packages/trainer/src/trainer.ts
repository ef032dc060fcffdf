import type { DataLoader, Dataset, ReplacedSample, StoredRecords } from "@kindling/data";
import type { Device } from "@kindling/gpu";
import { type StateDict, saveWeights } from "@kindling/models";
import { createEvaluator, type RecipeEvaluator } from "./createEvaluator.ts";
import { createLoaders, type Loaders } from "./createLoaders.ts";
import { stoppedEarly } from "./earlyStopping.ts";
import { exitScores } from "./exitScores.ts";
import { isBetter } from "./metric.ts";
import type { Networks } from "./networks.ts";
import type { Recipe } from "./recipe.ts";
import { learningRateAt } from "./schedules/learningRate.ts";
import { restoreSnapshot, type Snapshot } from "./snapshot.ts";
import type { EpochEvent, ReplacedEvent, StepEvent, TrainEvent, ValidationEvent } from "./trainEvent.ts";
import type { TrainingState } from "./trainingState.ts";
import { type StepOutcome, TrainStep } from "./trainStep.ts";
import { describePulls } from "./weighting/describePulls.ts";
import { lossWeightsAt } from "./weighting/lossWeight.ts";
import { measuredNorms } from "./weighting/termMeasures.ts";

/** What a trainer works on; it frees none of it. */
export interface TrainerParts {
  readonly device: Device;
  readonly recipe: Recipe;
  readonly recipeDigest: string;
  readonly networks: Networks;
  readonly training: Dataset;
  readonly validation: Dataset;
  /** What of them is read from disk (`readRecipeData`); a recipe with a cached teacher needs its heatmaps. */
  readonly stored?: { readonly training: StoredRecords; readonly validation: StoredRecords };
  /** A snapshot of the same recipe to go on from. */
  readonly resume?: Snapshot;
}

/** Steps that may be on the GPU while the next is prepared. */
const stepsInFlight = 2;
/** Crops kept of each validation for the sample pictures. */
const tiles = 16;

/** The training loop over one device: yields what happens, and can be snapshot after every event but a step's and a replacement's. */
export class Trainer implements AsyncDisposable {
  readonly step: TrainStep;
  readonly #parts: TrainerParts;
  readonly #evaluator: RecipeEvaluator;
  readonly #loader: DataLoader;
  readonly #validationLoader: DataLoader;
  #epoch: number;
  #steps: number;
  #best: TrainingState["best"];
  /** Validations since. */
  #waited: number;
  /** Best PCK of each exit. */
  #bestExits: readonly number[];
  #lossSums: Record<string, number>;
  /** Steps of the present epoch in which f16 overflowed. */
  #skipped: number;
  /** Samples of the present epoch that could not be read. */
  #replaced: number;
  /** How hard each term pulled in the last step of the present epoch, in the terms' order; empty before its first, and where it is not measured. */
  #pulls: readonly number[];
  /** Steps whose losses are not known yet. */
  #unfinished = 0;

  private constructor(parts: TrainerParts, loaders: Loaders, step: TrainStep, evaluator: RecipeEvaluator) {
    const { resume } = parts;
    this.#parts = parts;
    this.step = step;
    this.#evaluator = evaluator;
    this.#loader = loaders.training;
    this.#validationLoader = loaders.validation;
    this.#epoch = resume?.state.epoch ?? 0;
    this.#steps = resume?.state.step ?? 0;
    this.#best = resume?.state.best;
    this.#waited = resume?.state.waited ?? 0;
    this.#bestExits = resume?.state.bestExits ?? [];
    this.#lossSums = { ...resume?.state.lossSums };
    this.#skipped = resume?.state.skipped ?? 0;
    this.#replaced = resume?.state.loader.replaced ?? 0;
    this.#pulls = resume?.state.pulls ?? [];
  }

  /**
   * Compiles the step and the evaluation, and restores a snapshot.
   * @throws CheckpointMismatchError when it is another recipe's, LoaderError when the training set is smaller than a batch.
   */
  static async create(parts: TrainerParts): Promise<Trainer> {
    const { device, recipe, networks, resume } = parts;
    const loaders = createLoaders(parts); // first, because compiling takes its time
    let [step, evaluator]: [TrainStep?, RecipeEvaluator?] = [];
    try {
      step = await TrainStep.create(device, recipe, networks);
      evaluator = await createEvaluator(device, recipe, networks, parts.validation.skeleton);
      if (resume) restoreSnapshot(parts, resume);
      return new Trainer(parts, loaders, step, evaluator);
    } catch (error) {
      evaluator?.[Symbol.dispose]();
      step?.[Symbol.dispose]();
      await Promise.all([loaders.training.close(), loaders.validation.close()]);
      throw error;
    }
  }

  get stepsPerEpoch(): number {
    return this.#loader.batchesPerEpoch;
  }

  /** Complete steps. */
  get steps(): number {
    return this.#steps;
  }

  /** Trains to the recipe's last epoch, or until its validations stop improving (early stopping) or `signal` is aborted. */
  async *run(signal?: AbortSignal): AsyncGenerator<TrainEvent> {
    const { recipe } = this.#parts;
    const { epochs } = recipe.schedule;
    while (this.#epoch < epochs) {
      const at = { step: this.#steps, epoch: this.#epoch, best: this.#best, waited: this.#waited };
      const stopped = stoppedEarly(recipe, at, this.stepsPerEpoch); // also where a run that was stopped is resumed
      if (stopped) {
        yield stopped;
        return;
      }
      const epochEvent = yield* this.#trainEpoch(signal);
      if (!epochEvent) {
        yield { kind: "interrupted", step: this.#steps, epoch: this.#epoch };
        return;
      }
      this.#epoch++;
      this.#lossSums = {};
      this.#skipped = 0;
      this.#replaced = 0;
      this.#pulls = [];
      yield epochEvent;
      if (this.#epoch % recipe.validateEvery === 0 || this.#epoch === epochs) yield await this.validate();
    }
  }

  /** Evaluates the student on the validation set and remembers it when it is the best so far. */
  async validate(): Promise<ValidationEvent> {
    const { recipe, validation } = this.#parts;
    const evaluation = await this.#evaluator.evaluate({
      dataset: validation,
      loader: this.#validationLoader,
      threshold: recipe.pckThreshold,
      oks: recipe.evaluate.oks || recipe.metric === "AP",
      lossWeights: this.#lossWeights(Math.max(0, this.#epoch - 1)),
      tiles,
    });
    const { pck, loss = Number.NaN, oks } = evaluation;
    const value = { pck, loss, AP: oks && oks.AP >= 0 ? oks.AP : Number.NaN }[recipe.metric]; // −1: there is nobody to find
    const best = isBetter(recipe.metric, value, this.#best?.value);
    if (best) this.#best = { step: this.#steps, value };
    this.#waited = best ? 0 : this.#waited + 1;
    const exits = exitScores(evaluation, validation, recipe.pckThreshold).map((score, exit) => ({
      pck: score,
      best: isBetter("pck", score, this.#bestExits[exit]),
    }));
    this.#bestExits = exits.map((exit, i) => (exit.best ? exit.pck : this.#bestExits[i]!)); // the first of an exit is its best
    return { kind: "validation", step: this.#steps, epoch: this.#epoch, evaluation, best, ...(exits.length > 0 ? { exits } : {}) };
  }

  /** The student's weights, their averages where the recipe has `ema`, named and laid out as in PyTorch. */
  studentWeights(): Promise<StateDict> {
    return saveWeights(this.#parts.networks.store, this.#parts.networks.evaluated);
  }

  /** What {@link TrainerParts.resume} takes. @throws Error after a step's event, when the step after it is on its way. */
  async snapshot(): Promise<Snapshot> {
    if (this.#unfinished > 0) throw new Error("snapshot: steps are on their way; take it after an epoch, a validation or an interruption");
    const { store } = this.#parts.networks;
    const values = await store.read(store.persistent.values());
    const tensors = new Map([...values].map(([variable, data]) => [variable.name, { shape: variable.shape, data }]));
    const state: TrainingState = {
      epoch: this.#epoch,
      step: this.#steps,
      loader: this.#loader.state(),
      ...(this.#best ? { best: this.#best } : {}),
      ...(this.#waited > 0 ? { waited: this.#waited } : {}),
      ...(this.#bestExits.length > 0 ? { bestExits: this.#bestExits } : {}),
      lossSums: { ...this.#lossSums },
      ...(this.#skipped > 0 ? { skipped: this.#skipped } : {}),
      ...(this.#pulls.length > 0 ? { pulls: this.#pulls } : {}),
      recipeDigest: this.#parts.recipeDigest,
    };
    return { tensors, state };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.#loader.close(), this.#validationLoader.close()]);
    this.step[Symbol.dispose]();
    this.#evaluator[Symbol.dispose]();
  }

  /** The rest of the present epoch; its event, or null when the signal stopped it. */
  async *#trainEpoch(signal: AbortSignal | undefined): AsyncGenerator<StepEvent | ReplacedEvent, EpochEvent | null> {
    const { recipe, device, networks } = this.#parts;
    const lossWeights = this.#lossWeights(this.#epoch);
    const rateAt = (step: number): number => learningRateAt(recipe.schedule, recipe.optimizer.learningRate, step, this.stepsPerEpoch);
    const inFlight: StepInFlight[] = [];
    const started = performance.now();
    let images = 0;
    const finish = async (): Promise<readonly (StepEvent | ReplacedEvent)[]> => {
      const { step, learningRate, replaced, outcome } = inFlight.shift()!; // called while there is one
      const { losses, lossScale } = await outcome;
      this.#unfinished = inFlight.length;
      device.throwIfFailed();
      if (lossScale?.skipped) this.#skipped++;
      else for (const [name, value] of Object.entries(losses)) this.#lossSums[name] = (this.#lossSums[name] ?? 0) + value;
      this.#replaced += replaced.length;
      const told = replaced.map(({ path, problem }): ReplacedEvent => ({ kind: "replaced", step, epoch: this.#epoch, path, problem }));
      return [...told, { kind: "step", step, epoch: this.#epoch, losses, learningRate, ...(lossScale ? { lossScale } : {}) }];
    };
    let stopped = signal?.aborted ?? false;
    if (!stopped) {
      for await (const batch of this.#loader) {
        const learningRate = rateAt(this.#steps);
        this.#steps++;
        const { outcome } = await this.step.run(batch, { step: this.#steps, learningRate, lossWeights });
        inFlight.push({ step: this.#steps, learningRate, replaced: batch.replaced ?? [], outcome });
        this.#unfinished = inFlight.length;
        images += batch.valid;
        if (inFlight.length >= stepsInFlight) yield* await finish();
        stopped = signal?.aborted ?? false;
        if (stopped) break;
      }
    }
    while (inFlight.length > 0) yield* await finish();
    if (images > 0) this.#pulls = await measuredNorms(recipe, networks);
    if (stopped) return null;
    const seconds = (performance.now() - started) / 1000;
    const counted = this.stepsPerEpoch - this.#skipped;
    const means = Object.fromEntries(Object.entries(this.#lossSums).map(([name, sum]) => [name, sum / counted]));
    return {
      kind: "epoch",
      step: this.#steps,
      epoch: this.#epoch + 1,
      losses: means,
      ...(this.#pulls.length > 0 ? { terms: await describePulls(recipe, networks, lossWeights, this.#pulls) } : {}),
      learningRate: rateAt(this.#steps - 1), // that of the last step, which may lie before a resumption
      imagesPerSecond: images / seconds,
      ...(this.#replaced > 0 ? { replaced: this.#replaced } : {}),
    };
  }

  #lossWeights(epoch: number): readonly number[] {
    const { losses, schedule } = this.#parts.recipe;
    return lossWeightsAt(losses, epoch, schedule.epochs);
  }
}

/** A step that the GPU has, and what is told of it when its losses are known. */
interface StepInFlight {
  readonly step: number;
  readonly learningRate: number;
  readonly replaced: readonly ReplacedSample[];
  readonly outcome: Promise<StepOutcome>;
}
