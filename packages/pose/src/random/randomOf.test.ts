import { expect, test } from "vitest";
import { createRandom } from "./random.ts";
import { randomOf } from "./randomOf.ts";
import { truncatedNormal } from "./truncatedNormal.ts";

test("every seed, purpose, epoch and sample has numbers of its own, and the same ones each time", () => {
  const firsts = new Set<number>();
  for (const seed of [0, 1, 2 ** 40]) {
    for (const purpose of ["flip", "scale"]) {
      for (const epoch of [0, 1, 209]) {
        for (const sample of [0, 1, 2 ** 31]) {
          const draw = randomOf(purpose, { seed, epoch, sample })();
          expect(randomOf(purpose, { seed, epoch, sample })()).toBe(draw);
          firsts.add(draw);
        }
      }
    }
  }
  expect(firsts.size).toBe(3 * 2 * 3 * 3);
});

test("the first numbers of 20,000 samples are even: mean, variance, and no relation with the next sample's", () => {
  const numbers = Array.from({ length: 20000 }, (_, sample) => randomOf("flip", { seed: 3, epoch: 5, sample })());
  const mean = numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
  expect(Math.abs(mean - 0.5)).toBeLessThan(4 * Math.sqrt(1 / 12 / numbers.length));
  const deviations = numbers.map((value) => value - mean);
  const covariance = (shift: number): number =>
    deviations.reduce((sum, value, i) => sum + value * deviations[(i + shift) % deviations.length]!, 0) / numbers.length;
  expect(Math.abs(covariance(0) - 1 / 12)).toBeLessThan(0.003);
  expect(Math.abs(covariance(1))).toBeLessThan(4 / 12 / Math.sqrt(numbers.length));
});

test("places that are no integers are refused", () => {
  expect(() => randomOf("flip", { seed: -1, epoch: 0, sample: 0 })).toThrow(/seed must be an integer/);
  expect(() => randomOf("flip", { seed: 1, epoch: 0.5, sample: 0 })).toThrow(/epoch must be an integer/);
  expect(() => randomOf("flip", { seed: 1, epoch: 0, sample: 2 ** 32 })).toThrow(/sample must be an integer/);
});

test("a cut normal stays within its limit; cut at one deviation, clipping leaves 31.7 % at the limits and redrawing none", () => {
  const random = createRandom(8);
  const draws = (beyond: "clip" | "redraw"): number[] => Array.from({ length: 20000 }, () => truncatedNormal(random, 0.35, 0.35, beyond));
  const [clipped, redrawn] = [draws("clip"), draws("redraw")];
  for (const value of [...clipped, ...redrawn]) expect(Math.abs(value)).toBeLessThanOrEqual(0.35);
  const atLimit = (values: readonly number[]): number => values.filter((value) => Math.abs(value) === 0.35).length / values.length;
  expect(Math.abs(atLimit(clipped) - 0.3173)).toBeLessThan(0.014);
  expect(atLimit(redrawn)).toBe(0);
  // The deviation of a standard normal cut to ±1 is 0.5396 (√(1 − 2φ(1)/(2Φ(1) − 1))); clipped there it is 0.7184.
  const deviation = (values: readonly number[]): number =>
    Math.sqrt(values.reduce((sum, value) => sum + value ** 2, 0) / values.length) / 0.35;
  expect(Math.abs(deviation(redrawn) - 0.5396)).toBeLessThan(0.012);
  expect(Math.abs(deviation(clipped) - 0.7184)).toBeLessThan(0.012);
  expect(truncatedNormal(random, 0, 1, "redraw")).toBe(0);
});
