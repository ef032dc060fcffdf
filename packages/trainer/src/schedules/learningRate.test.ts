import { expect, test } from "vitest";
import { learningRateAt, type Schedule } from "./learningRate.ts";

// The notebook's LambdaLR, with e its epoch: the factor of the base rate.
const notebook = (e: number, warm: number, n: number): number =>
  e < warm ? (e + 1) / warm : 0.5 * (1 + Math.cos((Math.PI * (e - warm)) / (n - warm)));

const schedule = (warmupEpochs: number, epochs: number, update: "epoch" | "step" = "epoch"): Schedule => ({
  kind: "warmupCosine",
  warmupEpochs,
  epochs,
  update,
});

test.each([
  [1, 3],
  [5, 30],
  [5, 10],
  [0, 4],
])("every step of an epoch has the notebook's rate (warm-up %d of %d)", (warm, epochs) => {
  const stepsPerEpoch = 7;
  for (let step = 0; step < epochs * stepsPerEpoch; step++) {
    const epoch = Math.floor(step / stepsPerEpoch);
    expect(learningRateAt(schedule(warm, epochs), 1e-3, step, stepsPerEpoch)).toBeCloseTo(1e-3 * notebook(epoch, warm, epochs), 15);
  }
});

test("by steps the rate rises strictly to the base, then falls strictly, and meets the curve by epochs where the cosine begins", () => {
  const stepsPerEpoch = 4;
  const rates = Array.from({ length: 40 }, (_, step) => learningRateAt(schedule(3, 10, "step"), 2, step, stepsPerEpoch));
  for (let step = 1; step < 40; step++) {
    if (step < 12) expect(rates[step]).toBeGreaterThan(rates[step - 1]!);
    if (step > 12) expect(rates[step]).toBeLessThan(rates[step - 1]!);
  }
  expect(rates[11]).toBe(2);
  for (const epoch of [3, 5, 9]) expect(rates[epoch * stepsPerEpoch]).toBeCloseTo(2 * notebook(epoch, 3, 10), 14);
});

test("a warm-up as long as the run, a constant rate and steps after the end are finite", () => {
  expect(learningRateAt(schedule(2, 2), 1, 3, 2)).toBe(1);
  expect(learningRateAt(schedule(2, 2), 1, 99, 2)).toBe(0);
  expect(learningRateAt(schedule(1, 3), 1, 1000, 2)).toBe(0);
  expect(learningRateAt({ kind: "constant", epochs: 3 }, 0.5, 1000, 2)).toBe(0.5);
});
