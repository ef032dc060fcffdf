import { expect, test } from "vitest";
import { lossWeightAt } from "./lossWeight.ts";

test("a number is the weight of every epoch", () => {
  expect([0, 3, 9].map((epoch) => lossWeightAt(0.5, epoch, 10))).toEqual([0.5, 0.5, 0.5]);
});

test.each(["linear", "cosine"] as const)(
  "%s goes from the first value in the first epoch to the second in the last, through the middle",
  (rule) => {
    const weight = { rule, from: 0.9, to: 0.5 };
    expect(lossWeightAt(weight, 0, 11)).toBeCloseTo(0.9, 15);
    expect(lossWeightAt(weight, 5, 11)).toBeCloseTo(0.7, 15);
    expect(lossWeightAt(weight, 10, 11)).toBeCloseTo(0.5, 15);
  },
);

test("linear moves evenly, cosine slowly at both ends", () => {
  const at = (rule: "linear" | "cosine", epoch: number): number => lossWeightAt({ rule, from: 0, to: 1 }, epoch, 5);
  expect([0, 1, 2, 3, 4].map((epoch) => at("linear", epoch))).toEqual([0, 0.25, 0.5, 0.75, 1]);
  expect(at("cosine", 1)).toBeCloseTo(0.5 - Math.SQRT1_2 / 2, 12);
});

test("a run of one epoch has the first value", () => {
  expect(lossWeightAt({ rule: "linear", from: 0.9, to: 0.5 }, 0, 1)).toBe(0.9);
});
