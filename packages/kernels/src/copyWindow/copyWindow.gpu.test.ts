import { openDevice } from "@kindling/gpu";
import { checkKernel, type KernelCase, randomValues } from "@kindling/proof";
import { expect, test } from "vitest";
import { resizeSizes } from "../resizeNearest/resizeProblem.ts";
import { type CopyWindowProblem, copyWindowKernel } from "./copyWindow.ts";
import { copyWindowReference } from "./reference.ts";

const device = await openDevice();

const problems: readonly CopyWindowProblem[] = [
  { batch: 1, height: 1, width: 1, channels: 1, outHeight: 1, outWidth: 1, top: 0, left: 0, value: 0 },
  { batch: 3, height: 7, width: 5, channels: 3, outHeight: 3, outWidth: 4, top: 4, left: 1, value: 0 },
  { batch: 2, height: 3, width: 5, channels: 17, outHeight: 8, outWidth: 7, top: -2, left: -1, value: -1.5 },
  { batch: 2, height: 9, width: 3, channels: 4, outHeight: 4, outWidth: 6, top: 7, left: -2, value: Number.NEGATIVE_INFINITY },
  { batch: 1, height: 2, width: 2, channels: 8, outHeight: 3, outWidth: 3, top: 2, left: 2, value: 0.25 },
];

test("each pixel of the window is the image's own, and the value where the image has none", async () => {
  const cases: KernelCase<CopyWindowProblem>[] = problems.map((problem, i) => ({
    name: JSON.stringify(problem),
    problem,
    reads: [randomValues(i, resizeSizes(problem).inputs)],
    writes: [{ before: new Float32Array(resizeSizes(problem).outputs).fill(7), expected: ([x]) => copyWindowReference(problem, x!) }],
  }));
  const checks = await checkKernel(device, copyWindowKernel, cases);
  expect(checks.filter(({ error }) => error !== 0)).toEqual([]);
  expect(new Set(checks.map(({ variant }) => variant))).toEqual(new Set(["scalar", "vector"]));
});
