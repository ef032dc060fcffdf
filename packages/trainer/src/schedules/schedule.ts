/** How the learning rate moves over a run. Epochs and steps count from 0. */
export type Schedule = WarmupCosineSchedule | FlatCosineSchedule | MultistepSchedule | PiecewiseSchedule | ConstantSchedule;

/** Where a rate changes: once an epoch, or smoothly at every step. */
export type ScheduleUpdate = "epoch" | "step";

/** Rises by equal amounts over whole epochs, then falls as half a cosine to 0 (notebook kd-hpe). */
export interface WarmupCosineSchedule {
  readonly kind: "warmupCosine";
  readonly warmupEpochs: number;
  readonly epochs: number;
  readonly update: ScheduleUpdate;
}

/** Stays, then falls as half a cosine to `endFactor` of the base rate; RTMPose's with half of the epochs flat and 0.05. */
export interface FlatCosineSchedule extends WarmedUp {
  readonly kind: "flatCosine";
  readonly epochs: number;
  readonly flatEpochs: number;
  readonly endFactor: number;
  readonly update: ScheduleUpdate;
}

/** Multiplied by gamma where each of the epochs `milestones` begins, as torch's MultiStepLR. */
export interface MultistepSchedule extends WarmedUp {
  readonly kind: "multistep";
  readonly epochs: number;
  readonly milestones: readonly number[];
  readonly gamma: number;
}

/** A factor of the base rate by epochs: from each point on its factor (`hold`), or on a straight line to the next (`linear`). As torch's LambdaLR. */
export interface PiecewiseSchedule extends WarmedUp {
  readonly kind: "piecewise";
  readonly epochs: number;
  /** The first is from 0, the others in order. */
  readonly points: readonly { readonly from: number; readonly factor: number }[];
  readonly between: "hold" | "linear";
  readonly update: ScheduleUpdate;
}

/** The base rate. */
export interface ConstantSchedule extends WarmedUp {
  readonly kind: "constant";
  readonly epochs: number;
}

/** A linear rise over the first steps, which multiplies whatever the schedule says of them. */
interface WarmedUp {
  /** From `startFactor` in step 0 to 1 in step `steps` − 1: mmengine's LinearLR with `end: steps`, torch's with `total_iters` of one less. */
  readonly warmup?: { readonly steps: number; readonly startFactor: number };
}
