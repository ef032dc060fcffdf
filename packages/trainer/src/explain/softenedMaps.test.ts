import { expect, test } from "vitest";
import { logSoftmax, softenedMaps, softLimit } from "./softenedMaps.ts";

const teacher = [0.02, 0.4, 0.9, 0.35, 0, -0.01];
const student = [0.1, 0.2, 0.5, 0.6, 0.05, 0];

test("probabilities sum to 1, whatever the size of the logits", () => {
  for (const temperature of [0.5, 1, 4])
    for (const logitScale of [1, 10, 2000]) {
      const sum = logSoftmax(teacher, { logitScale, temperature }).reduce((total, value) => total + Math.exp(value), 0);
      expect(sum).toBeCloseTo(1, 12);
    }
});

test("a flat map is as wide as all its cells, a sharp one as one", () => {
  expect(softenedMaps([0.3, 0.3, 0.3], [0, 0, 0], { logitScale: 10, temperature: 1 }).cells).toBeCloseTo(3, 12);
  expect(softenedMaps(teacher, student, { logitScale: 5000, temperature: 1 }).cells).toBeCloseTo(1, 12);
});

test("the gradient is that of finite differences", () => {
  const softening = { logitScale: 10, temperature: 2 };
  const term = (map: readonly number[]): number => softenedMaps(teacher, map, softening).divergence;
  const step = 1e-5;
  const squares = student.map((_, at) => {
    const moved = (by: number): number[] => student.map((value, i) => (i === at ? value + by : value));
    return ((term(moved(step)) - term(moved(-step))) / (2 * step)) ** 2;
  });
  expect(softenedMaps(teacher, student, softening).gradient).toBeCloseTo(Math.sqrt(squares.reduce((sum, value) => sum + value, 0)), 6);
});

test("the term tends to half a variance as it gets softer, and is 0 between equals", () => {
  const limit = softLimit(teacher, student, 3);
  const off = [1, 10, 100].map((temperature) => softenedMaps(teacher, student, { logitScale: 3, temperature }).divergence / limit - 1);
  expect(Math.abs(off[2]!)).toBeLessThan(0.02);
  expect(Math.abs(off[2]!)).toBeLessThan(Math.abs(off[1]!) / 5);
  expect(softenedMaps(teacher, teacher, { logitScale: 10, temperature: 2 })).toMatchObject({ divergence: 0, gradient: 0 });
});
