import {
  add,
  backward,
  compile,
  fill,
  Graph,
  type GraphCosts,
  graphCosts,
  type Program,
  type ProgramReport,
  scaleBy,
  type Tensor,
  type Variable,
} from "@kindling/autograd";
import type { Batch } from "@kindling/data";
import { type Device, LimitError, Readback } from "@kindling/gpu";
import { heatmapsOf } from "@kindling/models";
import { imageInput, recordImages } from "./images.ts";
import { largestBatch } from "./largestBatch.ts";
import { lossOf } from "./losses/lossOf.ts";
import type { Networks } from "./networks.ts";
import { type RecordedUpdate, recordUpdate } from "./optimizers/recordUpdate.ts";
import type { Recipe } from "./recipe.ts";
import { recordTeacherHeatmaps, type TeacherHeatmaps, teacherHeatmapsOf } from "./teacherHeatmaps.ts";

/** Scalars of one step. */
export interface StepSettings {
  /** 1 for the first step. */
  readonly step: number;
  readonly learningRate: number;
  /** One weight a loss term, in the recipe's order. */
  readonly lossWeights: readonly number[];
}

/** What a step gives back, once the GPU is done with it. */
export interface StepOutcome {
  /** Every loss term without its weight, "total", and the gradient's "norm" before clipping. */
  readonly losses: Readonly<Record<string, number>>;
  /** In f16. */
  readonly lossScale?: LossScaleOutcome;
}

/** What a step did to the loss scale. */
export interface LossScaleOutcome {
  /** That of the next step. */
  readonly scale: number;
  /** Whether a gradient overflowed: the step changed nothing but the scale, and its norm is no number. */
  readonly skipped: boolean;
}

/** Does a piece of the host's work; a profile notes its name and time. */
export type Measure = <T>(name: string, work: () => T) => T;

const unmeasured: Measure = (_, work) => work();

/**
 * One training step as two programs over one store: gradients (forward passes, losses, backward pass) and update (clipping, optimiser).
 * Two, because accumulated and all-reduced gradients come between them.
 */
export class TrainStep implements Disposable {
  readonly reports: Readonly<Record<string, ProgramReport>>;
  /** In the order of a step, for profiling; the teacher's where its heatmaps are kept. */
  readonly programs: Readonly<Record<string, Program>>;
  readonly #gradients: Program;
  readonly #update: Program;
  readonly #teacher: TeacherHeatmaps | null;
  readonly #stepInput: RecordedUpdate["stepInput"];
  readonly #outputs: readonly { readonly name: string; readonly program: Program; readonly readback: Readback }[];

  private constructor(
    device: Device,
    recipe: Recipe,
    {
      gradients,
      update,
      teacher,
      recorded,
    }: {
      readonly gradients: Program;
      readonly update: Program;
      readonly teacher: TeacherHeatmaps | null;
      readonly recorded: RecordedUpdate;
    },
  ) {
    this.#gradients = gradients;
    this.#update = update;
    this.#teacher = teacher;
    this.#stepInput = recorded.stepInput;
    this.programs = { ...(teacher ? { teacher: teacher.program } : {}), gradients, update };
    this.reports = { gradients: gradients.report, update: update.report, ...(teacher ? { teacher: teacher.report } : {}) };
    this.#outputs = [
      ...[...recipe.losses.map(({ name }) => name), "total"].map((name) => ({ name, program: gradients })),
      ...Object.keys(recorded.outputs).map((name) => ({ name, program: update })),
    ].map((output) => ({ ...output, readback: new Readback(device, 4) }));
  }

  /**
   * Records and compiles the step of a recipe over its networks.
   * @throws LimitError when the adapter cannot hold it; the message says the largest batch that it can.
   */
  static async create(device: Device, recipe: Recipe, networks: Networks): Promise<TrainStep> {
    try {
      return await TrainStep.#compiled(device, recipe, networks);
    } catch (error) {
      throw error instanceof LimitError ? withLargestBatch(error, device, recipe, networks) : error;
    }
  }

  static async #compiled(device: Device, recipe: Recipe, networks: Networks): Promise<TrainStep> {
    const teacher = await teacherHeatmapsOf(device, recipe, networks);
    let gradients: Program | undefined;
    try {
      const { graph, outputs } = recordGradients(recipe, networks, teacher !== null);
      const recorded = recordUpdate(networks.store, recipe.optimizer, lossScaleOf(networks));
      gradients = await compile(graph, device, { store: networks.store, outputs });
      const update = await compile(recorded.graph, device, { store: networks.store, outputs: recorded.outputs });
      return new TrainStep(device, recipe, { gradients, update, teacher, recorded });
    } catch (error) {
      gradients?.[Symbol.dispose]();
      teacher?.[Symbol.dispose]();
      throw error;
    }
  }

  /** Submits one step and returns when the GPU has its work; the outcome follows when it is done. */
  async run(batch: Batch, settings: StepSettings, measure: Measure = unmeasured): Promise<{ readonly outcome: Promise<StepOutcome> }> {
    const teacher = batch.teacher ?? (await this.#teacher?.of(batch));
    measure("write", () => {
      if (teacher) this.#gradients.write("teacher", teacher);
      this.#gradients.write(imageInput, batch.image);
      this.#gradients.write("target", batch.target);
      this.#gradients.write("mask", batch.mask);
      this.#gradients.write("lossWeights", Float32Array.from(settings.lossWeights));
      this.#update.write("step", this.#stepInput(settings.learningRate, settings.step));
    });
    measure("submit", () => {
      this.#gradients.run();
      this.#update.run();
    });
    const values = this.#outputs.map(({ name, program, readback }) => {
      const { buffer, offset } = program.rangeOf(name);
      return readback.push(buffer, offset);
    });
    const outcome = Promise.all(values).then((read) => {
      const { lossScale, finite, ...losses } = Object.fromEntries(
        read.map((bytes, i) => [this.#outputs[i]!.name, new Float32Array(bytes)[0]!]),
      );
      return { losses, ...(lossScale === undefined ? {} : { lossScale: { scale: lossScale, skipped: finite === 0 } }) };
    });
    // The caller awaits it later; until then a lost device is not an unhandled rejection.
    outcome.catch(() => undefined);
    return { outcome };
  }

  [Symbol.dispose](): void {
    for (const { readback } of this.#outputs) readback[Symbol.dispose]();
    this.#teacher?.[Symbol.dispose]();
    this.#gradients[Symbol.dispose]();
    this.#update[Symbol.dispose]();
  }
}

/** Work and memory of the programs of a step, found without compiling them; named as {@link TrainStep.programs}. */
export function stepCosts(recipe: Recipe, networks: Networks): Readonly<Record<string, GraphCosts>> {
  const teacher = recordTeacherHeatmaps(recipe, networks);
  const gradients = recordGradients(recipe, networks, teacher !== null);
  const update = recordUpdate(networks.store, recipe.optimizer, lossScaleOf(networks));
  return {
    ...(teacher ? { teacher: graphCosts(teacher.graph, [teacher.heatmaps]) } : {}),
    gradients: graphCosts(gradients.graph, Object.values(gradients.outputs)),
    update: graphCosts(update.graph, Object.values(update.outputs)),
  };
}

/** The error with what planning smaller batches, which takes no memory of the GPU, says about it. */
function withLargestBatch(error: LimitError, { capabilities }: Device, recipe: Recipe, networks: Networks): LimitError {
  const { batchSize } = recipe.data;
  const limit = Math.min(capabilities.maxBindingBytes, capabilities.maxBufferBytes);
  const costsOf = (size: number) => Object.values(stepCosts({ ...recipe, data: { ...recipe.data, batchSize: size } }, networks));
  const fits = (size: number) => costsOf(size).every(({ largestBytes }) => largestBytes <= limit);
  if (fits(batchSize)) {
    const bytes = costsOf(batchSize).reduce((sum, { plannedBytes }) => sum + plannedBytes, 0);
    return new LimitError(
      `${error.message}; a step of batchSize ${batchSize} takes ${(bytes / 2 ** 20).toFixed(0)} MiB beside the networks`,
    );
  }
  const largest = largestBatch(batchSize, fits);
  return new LimitError(`${error.message}; ${largest > 0 ? `the largest batchSize that fits is ${largest}` : "not even batchSize 1 fits"}`);
}

/** Forward passes, weighted losses and the backward pass; each gradient lands in the store's gradient arena. */
function recordGradients(recipe: Recipe, networks: Networks, cachedTeacher: boolean): { graph: Graph; outputs: Record<string, Tensor> } {
  const { batchSize, input, heatmap } = recipe.data;
  const { student, teacher, adapters, store, trained, precision } = networks;
  const graph = new Graph();
  const heatmaps = [batchSize, ...heatmap, recipe.student.joints];
  const target = graph.input("target", heatmaps, "f32");
  const mask = graph.input("mask", [batchSize, recipe.student.joints], "f32");
  const weights = graph.input("lossWeights", [recipe.losses.length], "f32");
  const prediction = heatmapsOf(student, recordImages(graph, batchSize, input, student.card, precision), "train");
  // Either in memory, or on disk: then it comes with the batches.
  const isCached = cachedTeacher || recipe.teacher?.cache !== undefined;
  const teacherOutput = isCached
    ? graph.input("teacher", heatmaps, "f32")
    : teacher && heatmapsOf(teacher, recordImages(graph, batchSize, input, teacher.card, precision), "eval");
  const context = {
    student: prediction,
    ...(teacherOutput ? { teacher: teacherOutput } : {}),
    target,
    mask,
    everyJoint: () => fill(graph, mask.shape, 1),
    tap: (path: string) => graph.find(path),
    adapters,
  };
  const terms = recipe.losses.map((term) => [term.name, lossOf(term, context)] as const);
  const total = terms.map(([, loss], i) => scaleBy(loss, weights, i)).reduce(add);
  const lossScale = lossScaleOf(networks);
  const gradients = backward(
    lossScale ? scaleBy(total, graph.use(lossScale), 0) : total,
    trained.map((variable) => graph.use(variable)),
  );
  for (const [i, variable] of trained.entries()) {
    graph.assign(store.gradientOf(variable), gradients[i] ?? fill(graph, variable.shape, 0));
  }
  return { graph, outputs: { ...Object.fromEntries(terms), total } };
}

/** What scales the loss: f16 would lose its small gradients; on a device without, the recipe's scale stays where it is. */
function lossScaleOf({ precision, lossScale }: Networks): Variable | null {
  return precision === "f16" ? lossScale : null;
}
