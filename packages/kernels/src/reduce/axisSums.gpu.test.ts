import { openDevice, type Shape, sizeOf } from "@kindling/gpu";
import { checkKernel, type KernelCase, randomValues, runKernel, variantsNotRun } from "@kindling/proof";
import { expect, test } from "vitest";
import { broadcastProblem } from "../binary/broadcastRuns.ts";
import { broadcastReference } from "../binary/reference.ts";
import type { Kernel, Variant } from "../kernel.ts";
import { type AxisSumsProblem, axisProductSumsKernel, axisSumsKernel } from "./axisSums.ts";
import { axesSumReference } from "./reference.ts";
import { type SpreadProblem, spreadKernel } from "./spread.ts";

const device = await openDevice();

/** Partial sums of vectors have other terms than those of scalars: they are compared once they are added. */
const problems: readonly (AxisSumsProblem & { readonly variants: number })[] = [
  { outer: 1, length: 1, inner: 1, splits: 1, scale: 1, variants: 1 },
  { outer: 3, length: 35, inner: 17, splits: 1, scale: 1 / 35, variants: 1 },
  { outer: 3, length: 35, inner: 17, splits: 5, scale: -1, variants: 1 },
  { outer: 1, length: 101, inner: 1, splits: 7, scale: 1, variants: 1 },
  { outer: 67, length: 12, inner: 1, splits: 1, scale: 0.5, variants: 2 },
  { outer: 2, length: 9, inner: 12, splits: 1, scale: -2, variants: 2 },
  { outer: 5, length: 64, inner: 1, splits: 3, scale: 1, variants: 2 },
  { outer: 2, length: 33, inner: 20, splits: 4, scale: 1, variants: 2 },
  { outer: 1, length: 2, inner: 4, splits: 5, scale: 1, variants: 2 },
];

test.each([
  { kernel: axisSumsKernel, term: (a: number) => a },
  { kernel: axisProductSumsKernel, term: (a: number, b: number) => a * b },
])("$kernel.name's splits add up to the sum, in every variant", async ({ kernel, term }) => {
  for (const [i, { variants, ...problem }] of problems.entries()) {
    const { outer, length, inner, splits, scale } = problem;
    const reads = kernel.reads.map((_, operand) => randomValues(2 * i + operand, outer * length * inner));
    const terms = Float64Array.from(reads[0]!, (value, at) => term(value, reads[1]?.[at] ?? 0));
    const { value, magnitude } = axesSumReference(terms, [outer, length, inner], [outer, 1, inner], scale);
    const able = kernel.variants.filter((variant) => variant.supports(problem, device.capabilities, ["f32"]));
    expect(able).toHaveLength(variants);
    for (const variant of able) {
      const [partial] = await runKernel(device, kernel as unknown as Kernel, variant as Variant, problem, reads, [
        new Float32Array(splits * outer * inner).fill(77),
      ]);
      for (const [at, sum] of value.entries()) {
        let got = 0;
        for (let split = 0; split < splits; split++) got += partial![split * outer * inner + at]!;
        expect(Math.abs(got - sum)).toBeLessThan(4 * Math.sqrt(length + 2) * 2 ** -24 * magnitude[at]!);
      }
    }
  }
});

test.each([
  { kernel: axisSumsKernel, term: (a: number) => a },
  { kernel: axisProductSumsKernel, term: (a: number, b: number) => a * b },
])("$kernel.name adds in f32 what is stored in either type; NaN stays in its own sum", async ({ kernel, term }) => {
  const cases = problems
    .filter(({ splits }) => splits === 1)
    .map(({ variants, ...problem }, i): KernelCase<AxisSumsProblem> => {
      const { outer, length, inner, scale } = problem;
      const reads = kernel.reads.map((_, operand) => randomValues(20 + 2 * i + operand, outer * length * inner));
      if (outer > 1) reads[0]!.set([Number.NaN, Number.NEGATIVE_INFINITY], 1);
      return {
        name: JSON.stringify(problem),
        problem,
        reads,
        writes: [
          {
            before: new Float32Array(outer * inner),
            expected: ([a, b]) =>
              axesSumReference(
                a!.map((value, at) => term(value, b?.[at] ?? 0)),
                [outer, length, inner],
                [outer, 1, inner],
                scale,
              ),
          },
        ],
      };
    });
  const checks = await checkKernel(device, kernel, cases);
  expect(checks.filter(({ errorToBound }) => !(errorToBound < 1))).toEqual([]);
  expect(variantsNotRun(kernel, checks)).toEqual([]);
});

test("spread repeats along the axes that were summed, scaled", async () => {
  const shapes: readonly (readonly [Shape, Shape])[] = [
    [[1], []],
    [[67], []],
    [[2, 4, 8], []],
    [
      [3, 5, 7, 17],
      [3, 1, 1, 17],
    ],
    [
      [3, 5, 7, 4],
      [3, 1, 1, 4],
    ],
    [
      [3, 5, 4],
      [3, 5, 1],
    ],
    [
      [3, 5, 3],
      [5, 3],
    ],
  ];
  const cases = shapes.map(
    ([shape, from], i): KernelCase<SpreadProblem> => ({
      name: `[${from}] to [${shape}]`,
      problem: { ...broadcastProblem(shape, from), scale: -0.3 },
      reads: [randomValues(50 + i, sizeOf(from))],
      writes: [
        {
          before: new Float32Array(sizeOf(shape) + 3).fill(9),
          expected: ([x]) => {
            const value = Float64Array.of(...broadcastReference(x!, from, shape).map((element) => -0.3 * element), 9, 9, 9);
            return { value, magnitude: value.map(Math.abs), terms: 2 };
          },
        },
      ],
    }),
  );
  const checks = await checkKernel(device, spreadKernel, cases);
  expect(checks.filter(({ errorToBound }) => !(errorToBound < 1))).toEqual([]);
  expect(variantsNotRun(spreadKernel, checks)).toEqual([]);
});
