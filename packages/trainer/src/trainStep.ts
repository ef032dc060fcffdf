import { compile, type Program, type ProgramReport } from "@kindling/autograd";
import type { Batch } from "@kindling/data";
import { type Device, LimitError, Readback } from "@kindling/gpu";
import { explainLimit } from "./explainLimit.ts";
import { imageInput } from "./images.ts";
import { type MicroBatch, microBatches } from "./microBatches.ts";
import { lossScaleOf, type Networks } from "./networks.ts";
import { type RecordedUpdate, recordUpdate } from "./optimizers/recordUpdate.ts";
import type { Recipe } from "./recipe.ts";
import { recordGradients } from "./recordGradients.ts";
import { type TeacherHeatmaps, teacherHeatmapsOf } from "./teacherHeatmaps.ts";
import { termBalance } from "./weighting/termMeasures.ts";

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
 * One training step as two programs over one store: gradients (forward passes, losses, backward pass), which runs once a micro-batch and sums
 * where there are several, and update (clipping, optimiser). Two, because accumulated and all-reduced gradients come between them.
 */
export class TrainStep implements Disposable {
  readonly reports: Readonly<Record<string, ProgramReport>>;
  /** In the order of a step, for profiling; the teachers' where their heatmaps are kept. */
  readonly programs: Readonly<Record<string, Program>>;
  /** How often a step runs each program. */
  readonly runs: Readonly<Record<string, number>>;
  readonly #recipe: Recipe;
  readonly #gradients: Program;
  readonly #update: Program;
  readonly #teachers: TeacherHeatmaps | null;
  readonly #inputsAt: RecordedUpdate["inputsAt"];
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
    this.#recipe = recipe;
    this.#gradients = gradients;
    this.#update = update;
    this.#teachers = teacher;
    this.#inputsAt = recorded.inputsAt;
    this.programs = { ...(teacher ? { teacher: teacher.program } : {}), gradients, update };
    this.runs = { ...(teacher ? { teacher: recipe.accumulate } : {}), gradients: recipe.accumulate, update: 1 };
    this.reports = { gradients: gradients.report, update: update.report, ...(teacher ? { teacher: teacher.report } : {}) };
    this.#outputs = [
      ...[...recipe.losses.map(({ name }) => name), "total"].map((name) => ({ name, program: gradients })),
      ...Object.keys(recorded.outputs).map((name) => ({ name, program: update })),
    ].map((output) => ({ ...output, readback: new Readback(device, 4) }));
  }

  /**
   * Records and compiles the step of a recipe over its networks.
   * @throws LimitError when the adapter cannot hold it; the message says the largest batch that it can, and how to accumulate.
   */
  static async create(device: Device, recipe: Recipe, networks: Networks): Promise<TrainStep> {
    try {
      return await TrainStep.#compiled(device, recipe, networks);
    } catch (error) {
      throw error instanceof LimitError ? explainLimit(error, device, recipe, networks) : error;
    }
  }

  static async #compiled(device: Device, recipe: Recipe, networks: Networks): Promise<TrainStep> {
    const teacher = await teacherHeatmapsOf(device, recipe, networks);
    let gradients: Program | undefined;
    try {
      const { graph, outputs } = recordGradients(recipe, networks, teacher?.paths ?? []);
      const recorded = recordUpdate(networks.store, recipe, lossScaleOf(networks), termBalance(recipe, networks));
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
    const parts = microBatches(this.#recipe, batch);
    const teachers: Readonly<Record<string, Float32Array<ArrayBuffer>>>[] = [];
    for (const part of parts) teachers.push({ ...part.batch.teachers, ...(await this.#teachers?.of(part.batch)) });
    for (const [i, part] of parts.entries()) {
      const last = i === parts.length - 1;
      measure("write", () => {
        this.#write(part, teachers[i]!, settings); // one for each
        if (parts.length > 1) this.#gradients.write("keep", Float32Array.of(i));
        if (!last) return;
        const inputs = this.#inputsAt(settings.learningRate, settings.step);
        for (const [name, data] of Object.entries(inputs)) this.#update.write(name, data);
      });
      measure("submit", () => {
        this.#gradients.run();
        if (last) this.#update.run();
      });
    }
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

  #write(
    { batch, lossShares }: MicroBatch,
    teachers: Readonly<Record<string, Float32Array<ArrayBuffer>>>,
    { lossWeights }: StepSettings,
  ): void {
    for (const [path, heatmaps] of Object.entries(teachers)) this.#gradients.write(path, heatmaps);
    this.#gradients.write(imageInput, batch.image);
    for (const [name, values] of Object.entries(batch.targets)) this.#gradients.write(name, values);
    this.#gradients.write("lossWeights", Float32Array.from(lossWeights));
    if (this.#recipe.accumulate > 1) this.#gradients.write("lossShares", Float32Array.from(lossShares));
  }

  [Symbol.dispose](): void {
    for (const { readback } of this.#outputs) readback[Symbol.dispose]();
    this.#teachers?.[Symbol.dispose]();
    this.#gradients[Symbol.dispose]();
    this.#update[Symbol.dispose]();
  }
}
