import { decodeFloat16, encodeFloat16, openDevice } from "@kindling/gpu";
import { checkKernel, type KernelCheck, randomValues } from "@kindling/proof";
import { expect, test } from "vitest";
import { pairwiseDistancesKernel } from "./pairwiseDistances.ts";
import {
  pairwiseDistancesReference,
  relationalAngleReference,
  relationalDistanceReference,
  triangleCosinesReference,
  weightedDifferencesReference,
} from "./reference.ts";
import { relationalAngleKernel, relationalAngleWeightKernel } from "./relationalAngle.ts";
import { relationalDistanceKernel } from "./relationalDistance.ts";
import { triangleCosinesKernel } from "./triangleCosines.ts";
import { weightedDifferencesKernel } from "./weightedDifferences.ts";

const device = await openDevice();
const dtypes = device.capabilities.f16 ? 2 : 1;
const single = (values: Float64Array) => Float32Array.from(values);
/** Every variant of every case ran and stayed within its bound. */
function expectAll(checks: readonly KernelCheck[], count: number): void {
  expect(checks).toHaveLength(count);
  expect(checks.filter(({ errorToBound }) => !(errorToBound < 1))).toEqual([]);
}

/** Sizes, some of whole vec4. Of more than three samples the second and third coincide. */
const embeddings = [
  { samples: 2, size: 1 },
  { samples: 3, size: 4 },
  { samples: 5, size: 17 },
  { samples: 17, size: 20 },
  { samples: 7, size: 3 },
  { samples: 64, size: 8 },
].map((problem, i) => {
  const { samples, size } = problem;
  // Values that f16 has, too, so that samples that differ keep their distance.
  const x = decodeFloat16(encodeFloat16(randomValues(i + 1, samples * size, -2, 2)));
  if (samples > 3) x.copyWithin(2 * size, size, 2 * size);
  return { name: `[${samples},${size}]`, problem, x, teacher: randomValues(i + 20, samples * size) };
});
const whole = embeddings.filter(({ problem }) => problem.size % 4 === 0).length;

test("distances are Euclidean, and 0 where two samples coincide", async () => {
  const cases = embeddings.map(({ name, problem, x }) => ({
    name,
    problem,
    reads: [x],
    writes: [
      {
        before: new Float32Array(problem.samples ** 2),
        expected: ([read]: readonly Float64Array[]) => pairwiseDistancesReference(read!, problem.samples, problem.size),
      },
    ],
  }));
  expectAll(await checkKernel(device, pairwiseDistancesKernel, cases), dtypes * (cases.length + whole));
});

test("cosines are those of the angles between differences, and 0 where two samples coincide", async () => {
  const cases = embeddings.map(({ name, problem, x }) => ({
    name,
    problem,
    reads: [x],
    writes: [
      {
        before: new Float32Array(problem.samples ** 3),
        expected: ([read]: readonly Float64Array[]) => triangleCosinesReference(read!, problem.samples, problem.size),
      },
    ],
  }));
  expectAll(await checkKernel(device, triangleCosinesKernel, cases), dtypes * (cases.length + whole));
});

test("relational distances are compared over all pairs; samples that coincide pull at nothing", async () => {
  const cases = embeddings.map(({ name, problem: { samples, size }, x, teacher }) => {
    const [own, others] = [x, teacher].map((of) => single(pairwiseDistancesReference(Float64Array.from(of), samples, size).value));
    const expected = relationalDistanceReference(Float64Array.from(own!), Float64Array.from(others!), samples);
    expect(samples > 3 ? expected.weight.value[samples + 2] : 0).toBeCloseTo(0, 20);
    return {
      name,
      problem: { samples },
      reads: [own!, others!],
      writes: [
        { before: new Float32Array(1), expected: expected.loss },
        { before: new Float32Array(samples ** 2), expected: expected.weight },
      ],
    };
  });
  expectAll(await checkKernel(device, relationalDistanceKernel, cases), cases.length);
});

test("relational angles are compared over all triangles; samples that coincide pull at nothing", async () => {
  const calls = embeddings.map(({ name, problem: { samples, size }, x, teacher }) => {
    const [own, others] = [x, teacher].map((of) => single(triangleCosinesReference(Float64Array.from(of), samples, size).value));
    const distance = single(pairwiseDistancesReference(Float64Array.from(x), samples, size).value);
    const reads = [own!, others!, distance] as const;
    const [a, b, c] = reads.map((read) => Float64Array.from(read));
    return { name, samples, reads, expected: relationalAngleReference(a!, b!, c!, samples) };
  });
  const before = (samples: number) => new Float32Array(samples ** 2);
  const sums = calls.map(({ name, samples, reads, expected }) => ({
    name,
    problem: { samples },
    reads,
    writes: [
      { before: before(samples), expected: expected.partial },
      { before: before(samples), expected: expected.pull },
    ],
  }));
  expectAll(await checkKernel(device, relationalAngleKernel, sums), calls.length);
  const weights = calls.map(({ name, samples, reads, expected }) => ({
    name,
    problem: { samples },
    reads: [...reads, single(expected.pull.value)],
    writes: [{ before: before(samples), expected: expected.weight }],
  }));
  expectAll(await checkKernel(device, relationalAngleWeightKernel, weights), calls.length);
});

test("weighted differences pull each sample towards the others", async () => {
  const cases = embeddings.map(({ name, problem, x }, i) => ({
    name,
    problem,
    reads: [x, randomValues(40 + i, problem.samples ** 2), Float32Array.of(-1.5)],
    writes: [
      {
        before: new Float32Array(x.length),
        expected: ([read, weight, dy]: readonly Float64Array[]) =>
          weightedDifferencesReference(read!, weight!, dy![0]!, problem.samples, problem.size),
      },
    ],
  }));
  expectAll(await checkKernel(device, weightedDifferencesKernel, cases), dtypes * (cases.length + whole));
});
