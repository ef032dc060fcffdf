import { expect, test } from "vitest";
import { learningRateAt } from "./learningRate.ts";
import type { Schedule } from "./schedule.ts";

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

// Rates of each step by torch.optim.lr_scheduler of PyTorch 1.13, each named with what made it.
const torch: readonly { name: string; schedule: Schedule; base: number; stepsPerEpoch: number; rates: readonly number[] }[] = [
  {
    name: "MultiStepLR([2, 5, 6], gamma=0.333)",
    schedule: { kind: "multistep", milestones: [2, 5, 6], gamma: 0.333, epochs: 9 },
    base: 4e-5,
    stepsPerEpoch: 1,
    rates: [4e-5, 4e-5, 1.332e-5, 1.332e-5, 1.332e-5, 4.43556e-6, 1.4770414800000003e-6, 1.4770414800000003e-6, 1.4770414800000003e-6],
  },
  {
    name: "MultiStepLR([2, 4]) by epochs of 3 steps, with LinearLR(start_factor=1e-3, total_iters=7) by steps",
    schedule: { kind: "multistep", milestones: [2, 4], gamma: 0.1, epochs: 6, warmup: { steps: 8, startFactor: 1e-3 } },
    base: 5e-4,
    stepsPerEpoch: 3,
    rates: [
      [5e-7, 7.185714285714286e-5, 0.00014321428571428574, 0.00021457142857142863, 0.0002859285714285715, 0.0003572857142857144],
      [4.286428571428573e-5, 5e-5, 5e-5, 5e-5, 5e-5, 5e-5],
      [5e-6, 5e-6, 5e-6, 5e-6, 5e-6, 5e-6],
    ].flat(),
  },
  {
    name: "12 steps of a constant rate, then CosineAnnealingLR(T_max=12, eta_min=0.05·rate)",
    schedule: { kind: "flatCosine", flatEpochs: 4, epochs: 8, endFactor: 0.05, update: "step" },
    base: 4e-3,
    stepsPerEpoch: 3,
    rates: [
      [0.004, 0.004, 0.004, 0.004, 0.004, 0.004, 0.004, 0.004, 0.004, 0.004, 0.004, 0.004],
      [0.004, 0.0039352590699492295, 0.0037454482671904336, 0.00344350288425444, 0.00305, 0.002591756185694789],
      [0.0021, 0.0016082438143052104, 0.00115, 0.0007564971157455597, 0.00045455173280956637, 0.0002647409300507704],
    ].flat(),
  },
  {
    name: "3 epochs of a constant rate, then CosineAnnealingLR(T_max=5, eta_min=0.05·rate)",
    schedule: { kind: "flatCosine", flatEpochs: 3, epochs: 8, endFactor: 0.05, update: "epoch" },
    base: 4e-3,
    stepsPerEpoch: 1,
    rates: [0.004, 0.004, 0.004, 0.004, 0.0036371322893124004, 0.0026871322893124, 0.0015128677106876, 0.0005628677106876],
  },
  {
    name: "LinearLR(start_factor=1e-5, total_iters=5)",
    schedule: { kind: "constant", epochs: 8, warmup: { steps: 6, startFactor: 1e-5 } },
    base: 4e-3,
    stepsPerEpoch: 1,
    rates: [4e-8, 0.000800032, 0.001600024, 0.002400016, 0.003200008, 0.004, 0.004, 0.004],
  },
  {
    name: "LambdaLR of 0.25 before 2, 1 before 5, 0.5 before 7, then 0.01",
    schedule: {
      kind: "piecewise",
      epochs: 10,
      points: [
        { from: 0, factor: 0.25 },
        { from: 2, factor: 1 },
        { from: 5, factor: 0.5 },
        { from: 7, factor: 0.01 },
      ],
      between: "hold",
      update: "epoch",
    },
    base: 1e-3,
    stepsPerEpoch: 1,
    rates: [0.00025, 0.00025, 0.001, 0.001, 0.001, 0.0005, 0.0005, 1e-5, 1e-5, 1e-5],
  },
  {
    name: "LambdaLR of lines by steps: from 0.25 to 1 in 4, to 0 in 5 more",
    schedule: {
      kind: "piecewise",
      epochs: 6,
      points: [
        { from: 0, factor: 0.25 },
        { from: 2, factor: 1 },
        { from: 4.5, factor: 0 },
      ],
      between: "linear",
      update: "step",
    },
    base: 1e-3,
    stepsPerEpoch: 2,
    rates: [0.00025, 0.0004375, 0.000625, 0.0008125, 0.001, 0.0008, 0.0006, 0.0004, 0.0002, 0, 0, 0],
  },
];

test.each(torch)("every step has the rate of torch's $name", ({ schedule, base, stepsPerEpoch, rates }) => {
  for (const [step, rate] of rates.entries()) expect(learningRateAt(schedule, base, step, stepsPerEpoch)).toBeCloseTo(rate, 15);
});

test("a run that is extended goes on at the rate where it was, but for the cosine, which is stretched", () => {
  const longer = (schedule: Schedule): Schedule => ({ ...schedule, epochs: schedule.epochs + 50 });
  for (const { name, schedule, base, stepsPerEpoch, rates } of torch) {
    const [before, after] = [schedule, longer(schedule)].map((each) => learningRateAt(each, base, rates.length - 1, stepsPerEpoch));
    if (schedule.kind === "flatCosine") expect(after, name).toBeGreaterThan(before!);
    else expect(after, name).toBe(before);
  }
});
