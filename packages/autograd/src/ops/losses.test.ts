import { ShapeError } from "@kindling/gpu";
import { expect, test } from "vitest";
import { backward } from "../backward.ts";
import { Graph } from "../graph.ts";
import { adaptiveWing } from "./adaptiveWing.ts";
import { mse } from "./mse.ts";
import { scaleBy } from "./scaleBy.ts";
import { softmax } from "./softmax.ts";
import { spatialKl } from "./spatialKl.ts";

const heatmaps = [2, 4, 3, 5];
const inputs = (...shapes: readonly (readonly number[])[]) => {
  const graph = new Graph();
  return shapes.map((shape, i) => graph.input(`t${i}`, shape, "f32"));
};

test("losses refuse heatmaps of different shapes and masks that are not [n,k]", () => {
  const [a, b, mask, wrong, scalars] = inputs(heatmaps, [2, 3, 4, 5], [2, 5], [5, 2], [3]);
  for (const loss of [
    () => spatialKl(a!, b!, { temperature: 1 }),
    () => spatialKl(a!, a!, { temperature: 1, mask: wrong! }),
    () => spatialKl(mask!, mask!, { temperature: 1 }),
    () => adaptiveWing(a!, b!, mask!),
    () => adaptiveWing(a!, a!, wrong!),
    () => mse(a!, b!),
    () => mse(a!, a!, wrong!),
    () => mse(mask!, mask!, mask!),
    () => softmax(mask!),
    () => scaleBy(a!, mask!, 0),
    () => scaleBy(a!, scalars!, 3),
  ]) {
    expect(loss).toThrow(ShapeError);
  }
});

test("constants that make no sense are refused", () => {
  const [a, mask] = inputs(heatmaps, [2, 5]);
  for (const loss of [
    () => spatialKl(a!, a!, { temperature: 0 }),
    () => spatialKl(a!, a!, { temperature: 1, logitScale: Number.NaN }),
    () => adaptiveWing(a!, a!, mask!, { theta: 0 }),
    () => adaptiveWing(a!, a!, mask!, { epsilon: -1 }),
    () => adaptiveWing(a!, a!, mask!, { omega: Number.NaN }),
  ]) {
    expect(loss).toThrow(RangeError);
  }
});

test("the teacher, the target of adaptiveWing, masks and weights get no gradient; both operands of mse do", () => {
  const [a, b, mask, weights] = inputs(heatmaps, heatmaps, [2, 5], [3]);
  const known = (gradients: readonly unknown[]) => gradients.map((gradient) => gradient !== null);
  expect(known(backward(spatialKl(a!, b!, { temperature: 2, mask: mask! }), [a!, b!, mask!]))).toEqual([true, false, false]);
  expect(known(backward(adaptiveWing(a!, b!, mask!), [a!, b!, mask!]))).toEqual([true, false, false]);
  expect(known(backward(scaleBy(mse(a!, b!, mask!), weights!, 2), [a!, b!, mask!, weights!]))).toEqual([true, true, false, false]);
  expect(known(backward(mse(a!, b!), [a!, b!]))).toEqual([true, true]);
});
