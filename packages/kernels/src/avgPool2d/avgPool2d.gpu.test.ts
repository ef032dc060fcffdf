import { openDevice } from "@kindling/gpu";
import { checkKernel, type KernelCase, randomValues } from "@kindling/proof";
import { expect, test } from "vitest";
import { avgPool2dInputGradKernel } from "../avgPool2dInputGrad/avgPool2dInputGrad.ts";
import { pool2dOutputSize } from "../pool2dOutputSize.ts";
import { resizeSizes } from "../resizeNearest/resizeProblem.ts";
import { avgPool2dKernel } from "./avgPool2d.ts";
import type { AvgPool2dProblem } from "./avgPool2dProblem.ts";
import { avgPool2dInputGradReference, avgPool2dReference } from "./reference.ts";

const device = await openDevice();

const problems: readonly AvgPool2dProblem[] = [
  ...[true, false].flatMap((countIncludePad) => [
    sliding([1, 1, 1, 1], 1, 1, 0, false, countIncludePad),
    sliding([2, 7, 5, 3], 3, 2, 1, false, countIncludePad),
    sliding([2, 7, 6, 4], 3, 2, 1, true, countIncludePad),
    sliding([1, 9, 4, 17], 5, 1, 2, false, countIncludePad),
    sliding([3, 8, 7, 8], 2, 2, 1, true, countIncludePad),
    sliding([1, 10, 3, 4], 2, 3, 0, false, countIncludePad),
    sliding([1, 14, 15, 4], 13, 1, 6, false, countIncludePad),
  ]),
  adaptive([1, 1, 1, 1], [1, 1]),
  adaptive([2, 7, 5, 3], [3, 2]),
  adaptive([1, 4, 3, 17], [7, 5]),
  adaptive([3, 13, 11, 4], [13, 1]),
  adaptive([1, 12, 9, 20], [1, 1]),
  adaptive([1, 5, 7, 8], [3, 9]),
];

test("avgPool2d divides the sum of each window by the pixels that count, and its gradient hands out the shares", async () => {
  const forward: KernelCase<AvgPool2dProblem>[] = problems.map((problem, i) => ({
    name: JSON.stringify(problem),
    problem,
    reads: [randomValues(2 * i, resizeSizes(problem).inputs)],
    writes: [{ before: new Float32Array(resizeSizes(problem).outputs), expected: ([x]) => avgPool2dReference(problem, x!) }],
  }));
  const backward: KernelCase<AvgPool2dProblem>[] = problems.map((problem, i) => ({
    name: JSON.stringify(problem),
    problem,
    reads: [randomValues(2 * i + 1, resizeSizes(problem).outputs)],
    writes: [{ before: randomValues(0, resizeSizes(problem).inputs), expected: ([dy]) => avgPool2dInputGradReference(problem, dy!) }],
  }));
  const checks = [
    ...(await checkKernel(device, avgPool2dKernel, forward)),
    ...(await checkKernel(device, avgPool2dInputGradKernel, backward)),
  ];
  expect(checks.filter(({ errorToBound }) => !(errorToBound < 1))).toEqual([]);
  expect(new Set(checks.map(({ kernel, variant }) => `${kernel}/${variant}`)).size).toBe(4);
});

type Image = readonly [batch: number, height: number, width: number, channels: number];

function sliding(
  [batch, height, width, channels]: Image,
  kernel: number,
  stride: number,
  padding: number,
  ceilMode: boolean,
  countIncludePad: boolean,
): AvgPool2dProblem {
  const outHeight = pool2dOutputSize(height, kernel, stride, padding, ceilMode);
  const outWidth = pool2dOutputSize(width, kernel, stride, padding, ceilMode);
  return { batch, height, width, channels, outHeight, outWidth, windows: "sliding", kernel, stride, padding, countIncludePad };
}

function adaptive([batch, height, width, channels]: Image, [outHeight, outWidth]: readonly [number, number]): AvgPool2dProblem {
  return { batch, height, width, channels, outHeight, outWidth, windows: "adaptive" };
}
