import { ShapeError } from "@kindling/gpu";
import { expect, test } from "vitest";
import { backward } from "../backward.ts";
import { Graph } from "../graph.ts";
import type { Tensor } from "../tensor.ts";
import { adaptiveWing } from "./adaptiveWing.ts";
import { jointsKl } from "./jointsKl.ts";
import { jointsMse } from "./jointsMse.ts";
import { jointsOhkmMse } from "./jointsOhkmMse.ts";
import { maskedL2 } from "./maskedL2.ts";
import { mse } from "./mse.ts";
import { scaleBy } from "./scaleBy.ts";
import { smoothL1 } from "./smoothL1.ts";
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
    () => jointsMse(a!, b!, null),
    () => jointsMse(a!, a!, wrong!),
    () => jointsMse(mask!, mask!, mask!),
    () => jointsOhkmMse(a!, b!, null, 1),
    () => jointsOhkmMse(a!, a!, wrong!, 1),
    () => jointsKl(a!, b!, null),
    () => jointsKl(a!, a!, wrong!),
    () => maskedL2(a!, b!, null),
    () => maskedL2(a!, a!, mask!),
    () => smoothL1(a!, b!, null),
    () => smoothL1(a!, a!, wrong!),
    () => smoothL1(scalars!, scalars!, mask!),
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
    () => jointsOhkmMse(a!, a!, null, 0),
    () => jointsOhkmMse(a!, a!, null, 6),
    () => jointsOhkmMse(a!, a!, null, 1.5),
    () => smoothL1(a!, a!, null, { beta: -1 }),
    () => smoothL1(a!, a!, null, { beta: Number.NaN }),
  ]) {
    expect(loss).toThrow(RangeError);
  }
});

test("teachers, the target of adaptiveWing, masks and weights get no gradient; both operands of other losses do", () => {
  const [a, b, mask, weights, pixels] = inputs(heatmaps, heatmaps, [2, 5], [3], [2, 4, 3, 1]);
  const known = (loss: Tensor) => backward(loss, [a!, b!, mask!, weights!, pixels!]).map((gradient) => gradient !== null);
  const [first, both] = [
    [true, false, false, false, false],
    [true, true, false, false, false],
  ];
  expect(known(spatialKl(a!, b!, { temperature: 2, mask: mask! }))).toEqual(first);
  expect(known(adaptiveWing(a!, b!, mask!))).toEqual(first);
  expect(known(jointsKl(a!, b!, mask!))).toEqual(first);
  expect(known(jointsKl(a!, b!, mask!, { teacherGradient: true }))).toEqual(both);
  expect(known(scaleBy(mse(a!, b!, mask!), weights!, 2))).toEqual(both);
  expect(known(mse(a!, b!))).toEqual(both);
  expect(known(jointsMse(a!, b!, mask!))).toEqual(both);
  expect(known(jointsOhkmMse(a!, b!, mask!, 2))).toEqual(both);
  expect(known(smoothL1(a!, b!, mask!))).toEqual(both);
  expect(known(maskedL2(a!, b!, pixels!))).toEqual(both);
});

test("losses are f32, and a gradient is stored as its operand, also where the two are stored differently", () => {
  const graph = new Graph();
  const prediction = graph.input("prediction", heatmaps, "f16");
  const target = graph.input("target", heatmaps, "f32");
  const mask = graph.input("mask", [2, 5], "f32");
  for (const loss of [
    mse(prediction, target),
    mse(prediction, target, mask),
    jointsMse(prediction, target, mask),
    jointsOhkmMse(prediction, target, null, 3),
    smoothL1(prediction, target, mask),
    maskedL2(prediction, target, null),
    jointsKl(prediction, target, mask, { teacherGradient: true }),
    spatialKl(prediction, target, { temperature: 2 }),
    adaptiveWing(prediction, target, mask),
  ]) {
    const [ofPrediction, ofTarget] = backward(loss, [prediction, target]);
    expect([loss.dtype, ofPrediction?.dtype, ofTarget?.dtype ?? "f32"]).toEqual(["f32", "f16", "f32"]);
  }
});
