import { openDevice } from "@kindling/gpu";
import { checkKernel, type KernelCheck, randomValues } from "@kindling/proof";
import { expect, test } from "vitest";
import { logSumExpReference } from "../softmax/reference.ts";
import { spatialKlGradReference, spatialKlReference } from "./reference.ts";
import { spatialKlKernel } from "./spatialKl.ts";
import { spatialKlGradKernel } from "./spatialKlGrad.ts";

const device = await openDevice();
const exact = (data: Float32Array) => Float64Array.from(data);
const failed = (checks: readonly KernelCheck[]) => checks.filter(({ errorToBound }) => !(errorToBound < 1));
const axes = [
  { outer: 1, length: 1, inner: 1 },
  { outer: 2, length: 35, inner: 3 },
  { outer: 1, length: 1024, inner: 5 },
  { outer: 3, length: 96, inner: 4 },
];

/** From almost uniform (heatmaps at temperature 4) to one-hot, with probabilities that underflow. */
const calls = axes.flatMap((axis, i) =>
  [0.25, 1, 60, 400].map((scale, j) => {
    const seed = 10 * i + 2 * j;
    const size = axis.outer * axis.length * axis.inner;
    const [student, teacher] = [randomValues(seed + 1, size, 0, 1), randomValues(seed + 2, size, 0, 1)];
    const weight = randomValues(seed + 3, axis.outer * axis.inner, 0, 2);
    const lse = (x: Float32Array) => Float32Array.from(logSumExpReference(axis, exact(x), scale).value);
    return {
      name: `${JSON.stringify(axis)} scale ${scale}`,
      axis,
      scale,
      student,
      teacher,
      weight,
      lses: [lse(student), lse(teacher)] as const,
    };
  }),
);

test("the divergence of each map equals Σ p (ln p − ln q), also where it is 10⁻⁵ of the logarithms", async () => {
  const cases = calls.map(({ name, axis, scale, student, teacher, weight, lses }) => ({
    name,
    problem: { ...axis, scale, splits: 1 },
    reads: [student, teacher, ...lses, weight],
    writes: [
      {
        before: new Float32Array(weight.length),
        expected: spatialKlReference(axis, exact(student), exact(teacher), exact(weight), scale),
      },
    ],
  }));
  expect(failed(await checkKernel(device, spatialKlKernel, cases))).toEqual([]);
});

test("the gradient of the student is weight · scale · (q − p)", async () => {
  const cases = calls.map(({ name, axis, scale, student, teacher, weight, lses }) => ({
    name,
    problem: { ...axis, scale, splits: Math.ceil(axis.length / 7) },
    reads: [student, teacher, ...lses, weight, Float32Array.of(-1.5)],
    writes: [
      {
        before: new Float32Array(student.length),
        expected: spatialKlGradReference(axis, exact(student), exact(teacher), exact(weight), -1.5, scale),
      },
    ],
  }));
  expect(failed(await checkKernel(device, spatialKlGradKernel, cases))).toEqual([]);
});
