import { encodeFloat16, openDevice } from "@kindling/gpu";
import { checkKernel, type KernelCase, randomValues, runKernel, variantsNotRun } from "@kindling/proof";
import { expect, test } from "vitest";
import type { Kernel } from "../kernel.ts";
import { type AllFiniteProblem, allFiniteKernel } from "./allFinite.ts";
import { type PartialFiniteProblem, partialFiniteKernel } from "./partialFinite.ts";
import { allFiniteReference } from "./reference.ts";

const device = await openDevice();
const notFinite = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];

test("one NaN or infinity is found wherever it lies; the largest and smallest finite numbers are none", async () => {
  const oneSplit = (name: string, x: Float32Array): KernelCase<PartialFiniteProblem> => ({
    name,
    problem: { size: x.length, splits: 1, offset: 0 },
    reads: [x],
    writes: [{ before: Uint32Array.of(7), expected: ([stored]) => Uint32Array.of(allFiniteReference([stored!])) }],
  });
  const cases = [1, 7, 8].flatMap((size) => [
    oneSplit(`${size} finite`, randomValues(size, size)),
    ...notFinite.flatMap((value) =>
      Array.from({ length: size }, (_, at) => oneSplit(`${value} at ${at} of ${size}`, randomValues(at, size).with(at, value))),
    ),
  ]);
  // 65,504 is the largest f16; 65,520 rounds to infinity there, 3.4e38 is finite in f32 alone, 1e-45 is no normal number.
  for (const value of [65_504, -65_504, 65_520, 3.4e38, -3.4e38, 1e-45, 6e-8, 0, -0]) {
    cases.push(oneSplit(`${value}`, Float32Array.of(value)), oneSplit(`${value} of four`, randomValues(3, 4).with(2, value)));
  }
  const checks = await checkKernel(device, partialFiniteKernel, cases);
  expect(checks.map(({ error }) => error)).toEqual(checks.map(() => 0));
  expect(variantsNotRun(partialFiniteKernel, checks)).toEqual([]);
});

test("splits cover every element, whichever variant runs, and touch only their own place", async () => {
  const kernel = partialFiniteKernel as unknown as Kernel; // called with problems of its own
  for (const [size, splits] of [
    [64, 5],
    [67, 3],
    [257, 65],
    [3, 7],
  ] as const) {
    const problem = { size, splits, offset: 2 };
    for (const variant of kernel.variants.filter((one) => one.supports(problem, device.capabilities, ["f32"]))) {
      for (const at of [null, 0, 1, Math.floor(size / 2), size - 1]) {
        const x = randomValues(size, size);
        if (at !== null) x[at] = notFinite[at % 3]!;
        for (const stored of device.capabilities.f16 ? [x, encodeFloat16(x)] : [x]) {
          const [after] = await runKernel(device, kernel, variant, problem, [stored], [new Uint32Array(splits + 4).fill(77)]);
          const partial = [...after!];
          expect([...partial.slice(0, 2), ...partial.slice(-2)]).toEqual([77, 77, 77, 77]);
          expect(partial.slice(2, -2).filter((one) => one !== 1)).toEqual(at === null ? [] : [0]);
        }
      }
    }
  }
});

test("any number of answers is joined: 1 when all are", async () => {
  const cases = [1, 16, 255, 257, 1000].flatMap((size) =>
    [null, 0, Math.floor(size / 2), size - 1].map((at): KernelCase<AllFiniteProblem> => {
      const partial = new Uint32Array(size).fill(1);
      if (at !== null) partial[at] = 0;
      const expected = { value: Float64Array.of(at === null ? 1 : 0), magnitude: new Float64Array(1), terms: 1 };
      return { name: `${size}, 0 at ${at}`, problem: { size }, reads: [partial], writes: [{ before: Float32Array.of(7), expected }] };
    }),
  );
  const checks = await checkKernel(device, allFiniteKernel, cases);
  expect(checks.map(({ error }) => error)).toEqual(checks.map(() => 0));
  expect(variantsNotRun(allFiniteKernel, checks)).toEqual([]);
});
