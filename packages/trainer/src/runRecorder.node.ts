import path from "node:path";
import type { Skeleton } from "@kindling/pose";
import { appendMetrics, rewindMetrics } from "./metricsFile.node.ts";
import type { EpochResults } from "./results.ts";
import { readResults, writeResults } from "./resultsFile.node.ts";
import { writeResultsPicture } from "./resultsPicture.node.ts";
import type { RunFolder } from "./runFolder.node.ts";
import { writeSamplePictures } from "./samplePictures.node.ts";
import { appendScalars, openTensorBoardFile } from "./tensorBoardFile.node.ts";
import type { EpochEvent, TrainEvent, ValidationEvent } from "./trainEvent.ts";

/** Writes the events of a run into its folder: metrics.jsonl, the TensorBoard file, results.csv, results.png and sample pictures. */
export class RunRecorder {
  readonly #folder: RunFolder;
  readonly #skeleton: Skeleton;
  readonly #tensorBoard: string;
  readonly #rows: EpochResults[];
  readonly #started: number;

  private constructor(folder: RunFolder, skeleton: Skeleton, tensorBoard: string, rows: EpochResults[]) {
    this.#folder = folder;
    this.#skeleton = skeleton;
    this.#tensorBoard = tensorBoard;
    this.#rows = rows;
    this.#started = performance.now() - 1000 * (rows.at(-1)?.seconds ?? 0);
  }

  /** Continues the files of a folder after so many complete steps and epochs; what came later is cut. */
  static async open(folder: RunFolder, skeleton: Skeleton, { step, epoch }: { step: number; epoch: number }): Promise<RunRecorder> {
    await rewindMetrics(folder.metrics, step, epoch);
    const rows = (await readResults(folder.results, step)).filter((row) => row.epoch <= epoch);
    return new RunRecorder(folder, skeleton, await openTensorBoardFile(folder.path, step), rows);
  }

  /** Writes one event. */
  async record(event: TrainEvent): Promise<void> {
    switch (event.kind) {
      case "step":
        await appendMetrics(this.#folder.metrics, event);
        await appendScalars(this.#tensorBoard, event.step, {
          ...ofTraining(event.losses),
          learningRate: event.learningRate,
          ...(event.lossScale ? { lossScale: event.lossScale.scale } : {}),
        });
        break;
      case "epoch":
        await this.#recordEpoch(event);
        break;
      case "validation":
        await this.#recordValidation(event);
        break;
      case "stopped":
      case "replaced":
      case "interrupted":
        await appendMetrics(this.#folder.metrics, event);
        break;
      default:
        event satisfies never;
    }
  }

  async #recordEpoch(event: EpochEvent): Promise<void> {
    await appendMetrics(this.#folder.metrics, event);
    const seconds = Math.round((performance.now() - this.#started) / 10) / 100;
    this.#rows.push({
      epoch: event.epoch,
      step: event.step,
      seconds,
      learningRate: event.learningRate,
      ...ofTraining(event.losses),
      ...ofTerms(event.terms),
    });
    if (event.terms) await appendScalars(this.#tensorBoard, event.step, ofTerms(event.terms));
    await this.#writeRows();
  }

  async #recordValidation({ evaluation, ...event }: ValidationEvent): Promise<void> {
    const { pck, loss, oks } = evaluation;
    const metrics = { pck, ...(oks ? { AP: oks.AP, AR: oks.AR } : {}), ...(loss === undefined ? {} : { loss }) };
    const { joints } = this.#skeleton;
    const perJoint = Object.fromEntries(evaluation.perJoint.map((value, joint) => [joints[joint]!, value]));
    await appendMetrics(this.#folder.metrics, { ...event, metrics, perJoint, ...(oks ? { oks } : {}) } as typeof event);
    const exits = Object.fromEntries((event.exits ?? []).map((exit, i) => [`pck.${i + 1}`, exit.pck]));
    const scalars = prefixed("validation", { ...metrics, ...exits });
    await appendScalars(this.#tensorBoard, event.step, scalars);
    const row = this.#rows.at(-1);
    if (row) this.#rows[this.#rows.length - 1] = { ...row, ...scalars };
    await this.#writeRows();
    const file = path.join(this.#folder.samples, `epoch-${String(event.epoch).padStart(4, "0")}.jpg`);
    if (evaluation.tiles.length > 0) await writeSamplePictures(file, evaluation.tiles, this.#skeleton);
  }

  async #writeRows(): Promise<void> {
    await writeResults(this.#folder.results, this.#rows);
    await writeResultsPicture(this.#folder.picture, this.#folder.name, this.#rows);
  }
}

/** The losses as `train/…`; the gradient's norm beside them, because it has another scale. */
function ofTraining({ norm, ...losses }: Readonly<Record<string, number>>): Record<string, number> {
  return { ...prefixed("train", losses), ...(norm === undefined ? {} : { gradientNorm: norm }) };
}

/** `weight/…`, `gradientNorm/…` and `gradientShare/…` of each loss term. */
function ofTerms(terms: EpochEvent["terms"] = {}): Record<string, number> {
  return Object.fromEntries(
    (["weight", "gradientNorm", "gradientShare"] as const).flatMap((key) =>
      Object.entries(terms).flatMap(([name, pull]) => (pull[key] === undefined ? [] : [[`${key}/${name}`, pull[key]] as const])),
    ),
  );
}

function prefixed(prefix: string, values: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [`${prefix}/${name}`, value]));
}
