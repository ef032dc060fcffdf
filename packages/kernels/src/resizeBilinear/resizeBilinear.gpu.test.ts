import { openDevice } from "@kindling/gpu";
import { checkKernel, type KernelCase, randomValues, resizeProblemOf, resizeSizesOfCases } from "@kindling/proof";
import { expect, test } from "vitest";
import { resizeBilinearInputGradKernel } from "../resizeBilinearInputGrad/resizeBilinearInputGrad.ts";
import { resizeSizes } from "../resizeNearest/resizeProblem.ts";
import { resizeBilinearInputGradReference, resizeBilinearReference } from "./reference.ts";
import { resizeBilinearKernel } from "./resizeBilinear.ts";
import type { ResizeBilinearProblem } from "./resizeBilinearProblem.ts";

const device = await openDevice();
const both = new Set(["scalar", "vector"]);

const calls = resizeSizesOfCases.flatMap((sizes, i) =>
  [false, true].map((alignCorners) => {
    const problem: ResizeBilinearProblem = { ...resizeProblemOf(sizes), alignCorners };
    const { inputs, outputs } = resizeSizes(problem);
    const name = `[${sizes.x}] to [${sizes.size}]${alignCorners ? " aligned" : ""}`;
    return { name, problem, x: randomValues(2 * i, inputs), dy: randomValues(2 * i + 1, outputs) };
  }),
);

test("resizeBilinear equals its float64 definition, up and down, with corners aligned and not", async () => {
  const cases: KernelCase<ResizeBilinearProblem>[] = calls.map(({ name, problem, x, dy }) => ({
    name,
    problem,
    reads: [x],
    writes: [{ before: new Float32Array(dy.length), expected: ([stored]) => resizeBilinearReference(problem, stored!) }],
  }));
  const checks = await checkKernel(device, resizeBilinearKernel, cases);
  expect(checks.filter(({ errorToBound }) => !(errorToBound < 1))).toEqual([]);
  expect(new Set(checks.map(({ variant }) => variant))).toEqual(both);
});

test("its gradient is the transposed sum; inputs that no output reads get 0", async () => {
  const cases: KernelCase<ResizeBilinearProblem>[] = calls.map(({ name, problem, x, dy }) => ({
    name,
    problem,
    reads: [dy],
    writes: [{ before: x, expected: ([stored]) => resizeBilinearInputGradReference(problem, stored!) }],
  }));
  const checks = await checkKernel(device, resizeBilinearInputGradKernel, cases);
  expect(checks.filter(({ errorToBound }) => !(errorToBound < 1))).toEqual([]);
  expect(new Set(checks.map(({ variant }) => variant))).toEqual(both);
});
