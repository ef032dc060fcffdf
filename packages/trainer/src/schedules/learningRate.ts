import type {
  FlatCosineSchedule,
  MultistepSchedule,
  PiecewiseSchedule,
  Schedule,
  ScheduleUpdate,
  WarmupCosineSchedule,
} from "./schedule.ts";

/**
 * The learning rate of a step (counted from 0), `base` times a factor of the epoch e that the step lies in:
 * - warmupCosine: (e+1)/warmup while e < warmup, then ½(1 + cos π(e − warmup)/(epochs − warmup)) (notebook kd-hpe);
 * - flatCosine: 1 while e < flat, then end + (1 − end)·½(1 + cos π(e − flat)/(epochs − flat)) (torch's CosineAnnealingLR after a constant rate);
 * - multistep: gamma to the power of the milestones that are not after e;
 * - piecewise: the factor of the last point that is not after e, or the line from it to the next.
 *
 * With `update: "step"` the same curves in fractions of an epoch, e = step/stepsPerEpoch (and the warm-up of warmupCosine (step+1)/(warmup·stepsPerEpoch)).
 * `warmup` multiplies by startFactor + (1 − startFactor)·step/(steps − 1) until that is 1.
 *
 * A run that is extended (`epochs=+50`) follows the cosine of the new length from where it stands, which makes its rate jump up; the others
 * go on as they were.
 */
export function learningRateAt(schedule: Schedule, base: number, step: number, stepsPerEpoch: number): number {
  return base * warmupAt(schedule, step) * factorAt(schedule, step, stepsPerEpoch);
}

function factorAt(schedule: Schedule, step: number, stepsPerEpoch: number): number {
  switch (schedule.kind) {
    case "constant":
      return 1;
    case "warmupCosine":
      return warmupCosine(schedule, step, stepsPerEpoch);
    case "flatCosine":
      return flatCosine(schedule, epochOf(schedule.update, step, stepsPerEpoch));
    case "multistep":
      return multistep(schedule, epochOf("epoch", step, stepsPerEpoch));
    case "piecewise":
      return piecewise(schedule, epochOf(schedule.update, step, stepsPerEpoch));
    default:
      return schedule satisfies never;
  }
}

function warmupAt(schedule: Schedule, step: number): number {
  if (schedule.kind === "warmupCosine" || !schedule.warmup) return 1;
  const { steps, startFactor } = schedule.warmup;
  return step >= steps - 1 ? 1 : startFactor + ((1 - startFactor) * step) / (steps - 1);
}

function warmupCosine({ warmupEpochs, epochs, update }: WarmupCosineSchedule, step: number, stepsPerEpoch: number): number {
  const epoch = epochOf(update, step, stepsPerEpoch);
  const resolution = update === "step" ? 1 / stepsPerEpoch : 1;
  if (epoch < warmupEpochs) return Math.min(1, (epoch + resolution) / warmupEpochs);
  return halfCosine(epoch - warmupEpochs, epochs - warmupEpochs);
}

function flatCosine({ flatEpochs, epochs, endFactor }: FlatCosineSchedule, epoch: number): number {
  return epoch < flatEpochs ? 1 : endFactor + (1 - endFactor) * halfCosine(epoch - flatEpochs, epochs - flatEpochs);
}

function multistep({ milestones, gamma }: MultistepSchedule, epoch: number): number {
  return gamma ** milestones.filter((milestone) => milestone <= epoch).length;
}

function piecewise({ points, between }: PiecewiseSchedule, epoch: number): number {
  const at = points.findLastIndex(({ from }) => from <= epoch);
  const [here, next] = [points[at]!, points[at + 1]]; // the first is from 0
  if (between === "hold" || !next) return here.factor;
  return here.factor + (next.factor - here.factor) * ((epoch - here.from) / (next.from - here.from));
}

/** From 1 to 0 over a length; a step beyond the last epoch keeps the end of the curve instead of climbing its other side. */
function halfCosine(at: number, length: number): number {
  return 0.5 * (1 + Math.cos(Math.PI * Math.min(1, at / Math.max(1, length))));
}

function epochOf(update: ScheduleUpdate, step: number, stepsPerEpoch: number): number {
  return update === "step" ? step / stepsPerEpoch : Math.floor(step / stepsPerEpoch);
}
