import { expect, test } from "vitest";
import { lossWeightsAt, rampAt, type Weight } from "./lossWeight.ts";

const at = (weight: Weight, epoch: number, epochs: number): number => lossWeightsAt([{ name: "kd", weight }], epoch, epochs)[0]!;

test("a number is the weight of every epoch", () => {
  expect([0, 3, 9].map((epoch) => at(0.5, epoch, 10))).toEqual([0.5, 0.5, 0.5]);
});

test.each(["linear", "cosine"] as const)(
  "%s goes from the first value in the first epoch to the second in the last, through the middle",
  (rule) => {
    const weight = { rule, from: 0.9, to: 0.5 };
    expect(at(weight, 0, 11)).toBeCloseTo(0.9, 15);
    expect(at(weight, 5, 11)).toBeCloseTo(0.7, 15);
    expect(at(weight, 10, 11)).toBeCloseTo(0.5, 15);
  },
);

test("linear moves evenly, cosine slowly at both ends", () => {
  expect([0, 1, 2, 3, 4].map((epoch) => at({ rule: "linear", from: 0, to: 1 }, epoch, 5))).toEqual([0, 0.25, 0.5, 0.75, 1]);
  expect(at({ rule: "cosine", from: 0, to: 1 }, 1, 5)).toBeCloseTo(0.5 - Math.SQRT1_2 / 2, 12);
});

test("a run of one epoch has the first value", () => {
  expect(at({ rule: "linear", from: 0.9, to: 0.5 }, 0, 1)).toBe(0.9);
});

test("step multiplies at each of its epochs, in whatever order they are written", () => {
  const weights = [0, 1, 2, 3, 4, 5].map((epoch) => at({ rule: "step", from: 2, factor: 0.5, epochs: [4, 2] }, epoch, 6));
  expect(weights).toEqual([2, 2, 1, 1, 0.5, 0.5]);
});

test("decay is DWPose's 1 − (t − 1) / t_max over t = 1 … t_max, and the code's 1 − e / max_epochs", () => {
  const tMax = 270;
  for (const t of [1, 2, 135, 270]) expect(at({ rule: "decay", from: 0.1 }, t - 1, tMax)).toBe(0.1 * (1 - (t - 1) / tMax));
  expect(at({ rule: "decay", from: 0.1 }, tMax - 1, tMax)).toBeGreaterThan(0);
});

test("ramp rises from e⁻⁵ to 1 at its length and stays there, times its weight", () => {
  expect([0, 60, 100].map((epoch) => rampAt(epoch, 60))).toEqual([Math.exp(-5), 1, 1]);
  expect([1, 30, 59].every((epoch) => rampAt(epoch, 60) > rampAt(epoch - 1, 60))).toBe(true);
  expect(at({ rule: "ramp", to: 5, epochs: 60 }, 30, 140)).toBe(5 * Math.exp(-1.25));
});

test("the adaptive rule: distillation from 0.9 to 0.5, and what is left to the ground truth", () => {
  const terms = [
    { name: "gt", weight: { rule: "complement", of: "kd" } },
    { name: "kd", weight: { rule: "linear", from: 0.9, to: 0.5 } },
  ] as const;
  for (const [epoch, expected] of [
    [0, [0.1, 0.9]],
    [2, [0.3, 0.7]],
    [4, [0.5, 0.5]],
  ] as const) {
    const weights = lossWeightsAt(terms, epoch, 5);
    for (const [i, weight] of weights.entries()) expect(weight).toBeCloseTo(expected[i]!, 12);
    expect(weights[0]! + weights[1]!).toBe(1);
  }
});

test("a complement is never negative, and not of a complement", () => {
  const gt = { name: "gt", weight: { rule: "complement", of: "kd" } } as const;
  expect(lossWeightsAt([gt, { name: "kd", weight: 3 }], 0, 5)).toEqual([0, 3]);
  expect(() => lossWeightsAt([gt], 0, 5)).toThrow("the complement of kd");
  expect(() => lossWeightsAt([gt, { name: "kd", weight: { rule: "complement", of: "gt" } }], 0, 5)).toThrow("the complement of kd");
});
