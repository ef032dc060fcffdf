import { openDevice } from "@kindling/gpu";
import { checkKernel, type KernelCase, randomValues, resizeProblemOf, resizeSizesOfCases } from "@kindling/proof";
import { expect, test } from "vitest";
import { resizeNearestInputGradKernel } from "../resizeNearestInputGrad/resizeNearestInputGrad.ts";
import { resizeNearestInputGradReference, resizeNearestReference } from "./reference.ts";
import { resizeNearestKernel } from "./resizeNearest.ts";
import { type ResizeProblem, resizeSizes } from "./resizeProblem.ts";

const device = await openDevice();

const calls = resizeSizesOfCases.map((sizes, i) => {
  const problem = resizeProblemOf(sizes);
  const { inputs, outputs } = resizeSizes(problem);
  return { name: `[${sizes.x}] to [${sizes.size}]`, problem, x: randomValues(2 * i, inputs), dy: randomValues(2 * i + 1, outputs) };
});

test("resizeNearest shows pixel ⌊o · in / out⌋, and its gradient sums the outputs that show a pixel", async () => {
  const forward: KernelCase<ResizeProblem>[] = calls.map(({ name, problem, x, dy }) => ({
    name,
    problem,
    reads: [x],
    writes: [{ before: new Float32Array(dy.length), expected: ([stored]) => resizeNearestReference(problem, stored!) }],
  }));
  const backward: KernelCase<ResizeProblem>[] = calls.map(({ name, problem, x, dy }) => ({
    name,
    problem,
    reads: [dy],
    writes: [{ before: x, expected: ([stored]) => resizeNearestInputGradReference(problem, stored!) }],
  }));
  const checks = [
    ...(await checkKernel(device, resizeNearestKernel, forward)),
    ...(await checkKernel(device, resizeNearestInputGradKernel, backward)),
  ];
  expect(checks.filter(({ errorToBound }) => !(errorToBound < 1))).toEqual([]);
  expect(new Set(checks.map(({ kernel, variant }) => `${kernel}/${variant}`)).size).toBe(4);
});
