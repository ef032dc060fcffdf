/** How the learning rate moves over a run. Epochs count from 0. */
export type Schedule =
  | {
      readonly kind: "warmupCosine";
      readonly warmupEpochs: number;
      readonly epochs: number;
      /** Where the rate changes: once an epoch, or smoothly at every step. */
      readonly update: "epoch" | "step";
    }
  | { readonly kind: "constant"; readonly epochs: number };

/**
 * The learning rate of a step (counted from 0), `base` times a factor:
 * (e+1)/warmup while e < warmup, then ½(1 + cos π(e − warmup)/(epochs − warmup)), with e the epoch of the step (notebook kd-hpe).
 * With `update: "step"` the same curve in fractions of an epoch: (step+1)/(warmup·stepsPerEpoch), then e = step/stepsPerEpoch.
 * A run that is extended (`epochs=+50`) follows the curve of the new length from where it stands.
 */
export function learningRateAt(schedule: Schedule, base: number, step: number, stepsPerEpoch: number): number {
  switch (schedule.kind) {
    case "constant":
      return base;
    case "warmupCosine":
      return base * warmupCosine(schedule, step, stepsPerEpoch);
    default:
      return schedule satisfies never;
  }
}

function warmupCosine(
  { warmupEpochs, epochs, update }: Extract<Schedule, { kind: "warmupCosine" }>,
  step: number,
  stepsPerEpoch: number,
): number {
  const resolution = update === "step" ? 1 / stepsPerEpoch : 1;
  const epoch = update === "step" ? step / stepsPerEpoch : Math.floor(step / stepsPerEpoch);
  if (epoch < warmupEpochs) return Math.min(1, (epoch + resolution) / warmupEpochs);
  // A step beyond the last epoch keeps the end of the curve instead of climbing its other side.
  const progress = Math.min(1, (epoch - warmupEpochs) / Math.max(1, epochs - warmupEpochs));
  return 0.5 * (1 + Math.cos(Math.PI * progress));
}
