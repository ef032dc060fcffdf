import { decodeFloat16, encodeFloat16, openDevice } from "@kindling/gpu";
import { checkKernel, type KernelCheck, randomValues } from "@kindling/proof";
import { expect, test } from "vitest";
import { logSumExpReference } from "../softmax/reference.ts";
import { spatialKlGradReference, spatialKlRangesReference, spatialKlReference, spatialKlTeacherGradReference } from "./reference.ts";
import { spatialKlKernel } from "./spatialKl.ts";
import { spatialKlGradKernel, spatialKlTeacherGradKernel } from "./spatialKlGrad.ts";

const device = await openDevice();
const failed = (checks: readonly KernelCheck[]) => checks.filter(({ errorToBound }) => !(errorToBound < 1));
const axes = [
  { outer: 1, length: 1, inner: 1 },
  { outer: 2, length: 35, inner: 3 },
  { outer: 1, length: 1024, inner: 5 },
  { outer: 3, length: 96, inner: 4 },
  { outer: 1, length: 117, inner: 17 },
];

/** From almost uniform (heatmaps at temperature 4) to one-hot, with probabilities that underflow. */
const calls = axes.flatMap((axis, i) =>
  [0.25, 1, 60, 400].map((scale, j) => {
    const seed = 10 * i + 2 * j;
    // Values that f16 has, so that the log-sum-exps are theirs in both storage types.
    const values = (of: number) => decodeFloat16(encodeFloat16(randomValues(of, axis.outer * axis.length * axis.inner, 0, 1)));
    const [student, teacher] = [values(seed + 1), values(seed + 2)];
    const lse = (x: Float32Array) => Float32Array.from(logSumExpReference(axis, Float64Array.from(x), scale).value);
    const weight = randomValues(seed + 3, axis.outer * axis.inner, 0, 2);
    return {
      name: `${JSON.stringify(axis)} scale ${scale}`,
      axis,
      scale,
      weight,
      reads: [student, teacher, lse(student), lse(teacher), weight],
    };
  }),
);

test("the divergence of each range equals its definition, also where it is 10⁻⁵ of the logarithms", async () => {
  const cases = calls.flatMap(({ name, axis, scale, weight, reads }) =>
    [1, 3, 40].map((splits) => ({
      name: `${name} in ${splits}`,
      problem: { ...axis, scale, splits },
      reads,
      writes: [
        {
          before: new Float32Array(splits * weight.length),
          expected: ([student, teacher, , , weights]: readonly Float64Array[]) =>
            spatialKlRangesReference({ ...axis, splits }, student!, teacher!, weights!, scale),
        },
      ],
    })),
  );
  expect(failed(await checkKernel(device, spatialKlKernel, cases))).toEqual([]);
});

test("the divergences of all ranges of a map add up to Σ p (ln p − ln q)", () => {
  for (const { axis, scale, reads } of calls) {
    const [student, teacher, , , weight] = reads.map((data) => Float64Array.from(data));
    const { value } = spatialKlReference(axis, student!, teacher!, weight!, scale);
    const ranges = spatialKlRangesReference({ ...axis, splits: 3 }, student!, teacher!, weight!, scale).value;
    for (const [map, whole] of value.entries()) {
      const sum = [0, 1, 2].reduce((total, split) => total + ranges[split * value.length + map]!, 0);
      expect(Math.abs(sum - whole)).toBeLessThan(1e-12 * Math.max(1, whole));
    }
  }
});

test("the gradient of the student is weight · scale · (q − p)", async () => {
  const cases = calls.map(({ name, axis, scale, reads }) => ({
    name,
    problem: { ...axis, scale, splits: Math.ceil(axis.length / 7) },
    reads: [...reads, Float32Array.of(-1.5)],
    writes: [
      {
        before: new Float32Array(reads[0]!.length),
        expected: ([student, teacher, , , weight]: readonly Float64Array[]) =>
          spatialKlGradReference(axis, student!, teacher!, weight!, -1.5, scale),
      },
    ],
  }));
  expect(failed(await checkKernel(device, spatialKlGradKernel, cases))).toEqual([]);
});

test("the gradient of the teacher is scale · p · (weight · ln(p / q) − the map's divergence)", async () => {
  const cases = calls.map(({ name, axis, scale, weight, reads }, i) => ({
    name,
    problem: { ...axis, scale, splits: Math.ceil(axis.length / 7) },
    reads: [...reads, randomValues(i + 900, weight.length, 0, 3), Float32Array.of(-0.125)], // gradients stay in f16's range,
    writes: [
      {
        before: new Float32Array(reads[0]!.length),
        expected: ([student, teacher, , , weights, divergence]: readonly Float64Array[]) =>
          spatialKlTeacherGradReference(axis, student!, teacher!, weights!, divergence!, -0.125, scale),
      },
    ],
  }));
  expect(failed(await checkKernel(device, spatialKlTeacherGradKernel, cases))).toEqual([]);
});
