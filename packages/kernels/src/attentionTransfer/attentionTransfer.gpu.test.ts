import { openDevice } from "@kindling/gpu";
import { checkKernel, type KernelCheck, randomValues } from "@kindling/proof";
import { expect, test } from "vitest";
import { attentionMapKernel } from "./attentionMap.ts";
import { attentionTransferKernel } from "./attentionTransfer.ts";
import { attentionTransferGradKernel } from "./attentionTransferGrad.ts";
import { attentionMapReference, attentionTransferGradReference, attentionTransferReference } from "./reference.ts";

const device = await openDevice();
const dtypes = device.capabilities.f16 ? 2 : 1;
const features = [
  { pixels: 1, channels: 1 },
  { pixels: 7, channels: 3 },
  { pixels: 65, channels: 4 },
  { pixels: 35, channels: 17 },
  { pixels: 130, channels: 24 },
];
const whole = features.filter(({ channels }) => channels % 4 === 0).length;

/** Every variant of every case ran and stayed within its bound. */
function expectAll(checks: readonly KernelCheck[], count: number): void {
  expect(checks).toHaveLength(count);
  expect(checks.filter(({ errorToBound }) => !(errorToBound < 1))).toEqual([]);
}

test("an attention map is the mean of the squares of a pixel's channels", async () => {
  const cases = features.map((problem, i) => ({
    name: JSON.stringify(problem),
    problem,
    reads: [randomValues(i + 1, problem.pixels * problem.channels, -2, 2)],
    writes: [
      {
        before: new Float32Array(problem.pixels),
        expected: ([x]: readonly Float64Array[]) => attentionMapReference(x!, problem.channels),
      },
    ],
  }));
  expectAll(await checkKernel(device, attentionMapKernel, cases), dtypes * (cases.length + whole));
});

test("maps are compared by their directions, of one pixel, of fewer than a workgroup's threads and of more; an empty one is 0", async () => {
  const cases = [
    { samples: 1, pixels: 1, channels: 1 },
    { samples: 3, pixels: 35, channels: 4 },
    { samples: 2, pixels: 700, channels: 17 },
  ].map((problem, i) => {
    const { samples, pixels } = problem;
    const [student, teacher] = [randomValues(2 * i + 20, samples * pixels, 0, 3), randomValues(2 * i + 21, samples * pixels, 0, 1)];
    if (samples === 3) student!.fill(0, 0, pixels);
    const { partial, slope } = attentionTransferReference(problem, Float64Array.from(student!), Float64Array.from(teacher!));
    return {
      name: JSON.stringify(problem),
      problem,
      reads: [student!, teacher!],
      writes: [
        { before: new Float32Array(samples), expected: partial },
        { before: new Float32Array(samples * pixels), expected: slope },
      ],
    };
  });
  expectAll(await checkKernel(device, attentionTransferKernel, cases), cases.length);
});

test("the gradient is each feature times its pixel's slope", async () => {
  const cases = features.map((problem, i) => ({
    name: JSON.stringify(problem),
    problem,
    reads: [randomValues(i + 40, problem.pixels * problem.channels), randomValues(i + 50, problem.pixels), Float32Array.of(-1.5)],
    writes: [
      {
        before: new Float32Array(problem.pixels * problem.channels),
        expected: ([x, slope, dy]: readonly Float64Array[]) => attentionTransferGradReference(x!, slope!, dy![0]!, problem.channels),
      },
    ],
  }));
  expectAll(await checkKernel(device, attentionTransferGradKernel, cases), dtypes * (cases.length + whole));
});
