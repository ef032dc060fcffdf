import type { Evaluation } from "./evaluator.ts";
import type { Metric } from "./metric.ts";
import type { LossScaleOutcome } from "./trainStep.ts";
import type { TermPull } from "./weighting/termPulls.ts";

/** What happened; the caller prints, plots or stores it. There are no hooks. Epochs and steps count those that are complete. */
export type TrainEvent = StepEvent | ReplacedEvent | EpochEvent | ValidationEvent | StoppedEvent | InterruptedEvent;

/** One step is done. */
export interface StepEvent {
  readonly kind: "step";
  readonly step: number;
  /** Complete epochs before the one the step belongs to. */
  readonly epoch: number;
  /** Each loss term without its weight, "total" with all weights, and the gradient's "norm" before clipping. */
  readonly losses: Readonly<Record<string, number>>;
  readonly learningRate: number;
  /** In f16: the loss scale, and whether the step was skipped because a gradient overflowed. */
  readonly lossScale?: LossScaleOutcome;
}

/** A sample of a step's batch could not be read; the next one of the epoch's order that can stands in its place. */
export interface ReplacedEvent {
  readonly kind: "replaced";
  /** The step, whose own event follows. */
  readonly step: number;
  /** Complete epochs before the one the step belongs to. */
  readonly epoch: number;
  /** The image, and what is wrong with it. */
  readonly path: string;
  readonly problem: string;
}

/** All steps of an epoch are done; its validation, if one is due, follows. */
export interface EpochEvent {
  readonly kind: "epoch";
  readonly step: number;
  readonly epoch: number;
  /** Means over the epoch's steps; those that f16 skipped do not count. */
  readonly losses: Readonly<Record<string, number>>;
  /** Of several loss terms, how hard each pulled at the student's outputs in the last step; absent with `gradientShares: never`. */
  readonly terms?: Readonly<Record<string, TermPull>>;
  readonly learningRate: number;
  readonly imagesPerSecond: number;
  /** Samples that could not be read and were replaced by others; absent for none. */
  readonly replaced?: number;
}

/** The student was evaluated on the validation set. */
export interface ValidationEvent {
  readonly kind: "validation";
  readonly step: number;
  readonly epoch: number;
  readonly evaluation: Evaluation;
  /** Whether the recipe's metric is better than in every validation before. */
  readonly best: boolean;
  /** Of a network with several exits: each one's PCK, 0–1, and whether it is that exit's best so far. */
  readonly exits?: readonly { readonly pck: number; readonly best: boolean }[];
}

/** Early stopping: the last `patience` validations were no better than the best one. The run ends here, before its last epoch. */
export interface StoppedEvent {
  readonly kind: "stopped";
  readonly step: number;
  readonly epoch: number;
  readonly metric: Metric;
  readonly patience: number;
  /** The best validation, after so many epochs. */
  readonly best: { readonly epoch: number; readonly value: number };
}

/** The signal was aborted: the run stops here and can go on from a snapshot. */
export interface InterruptedEvent {
  readonly kind: "interrupted";
  readonly step: number;
  readonly epoch: number;
}
