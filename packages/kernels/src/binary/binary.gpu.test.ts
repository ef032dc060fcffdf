import { openDevice, type Shape, sizeOf } from "@kindling/gpu";
import { checkKernel, type KernelCase, randomValues, variantsNotRun } from "@kindling/proof";
import { expect, test } from "vitest";
import { addKernel, divKernel, maximumGradKernel, maximumKernel, maximumOtherGradKernel, mulKernel, subKernel } from "./binary.ts";
import { type BroadcastProblem, broadcastProblem, broadcastRuns } from "./broadcastRuns.ts";
import { binaryReference, broadcastReference } from "./reference.ts";

const device = await openDevice();

/** Every order of runs that repeat or do not, with innermost runs that are a multiple of four and that are not. */
const shapes: readonly (readonly [Shape, Shape])[] = [
  [[], []],
  [[67], [67]],
  [
    [3, 5, 2, 4],
    [3, 5, 2, 4],
  ],
  [[67], [1]],
  [[2, 4, 8], []],
  [[1, 1, 3], [3]],
  [[3, 5, 7, 17], [17]],
  [[3, 5, 7, 4], [4]],
  [
    [3, 5, 7, 3],
    [3, 1, 1, 1],
  ],
  [
    [3, 5, 7, 4],
    [3, 5, 1, 1],
  ],
  [
    [3, 5, 7, 17],
    [3, 1, 1, 17],
  ],
  [
    [3, 5, 7, 20],
    [3, 1, 1, 20],
  ],
  [
    [3, 5, 7, 3],
    [5, 7, 1],
  ],
  [
    [3, 5, 7, 8],
    [1, 5, 7, 1],
  ],
  [
    [3, 5, 7, 3],
    [5, 1, 3],
  ],
  [
    [3, 5, 7, 12],
    [5, 1, 12],
  ],
  [
    [3, 5, 7, 3],
    [3, 1, 7, 1],
  ],
  [
    [3, 5, 7, 4],
    [3, 1, 7, 1],
  ],
];
/** What is not about runs is tried with these: each is a shader of its own, which takes drivers long to compile. */
const few = [shapes[1]!, shapes[2]!, shapes[7]!, shapes[8]!, shapes[9]!];

const kernels = [
  { kernel: addKernel, formula: (a: number, b: number) => a + b, magnitude: undefined },
  { kernel: subKernel, formula: (a: number, b: number) => a - b, magnitude: undefined },
  { kernel: mulKernel, formula: (a: number, b: number) => a * b, magnitude: (a: number, b: number) => Math.abs(a * b) },
  { kernel: divKernel, formula: (a: number, b: number) => a / b, magnitude: (a: number, b: number) => Math.abs(a / b) },
  { kernel: maximumKernel, formula: (a: number, b: number) => Math.max(a, b), magnitude: () => 0 },
];

test.each(kernels)(
  "$kernel.name is its formula, whichever axes the second operand repeats along",
  async ({ kernel, formula, magnitude }) => {
    const tried = kernel === subKernel ? shapes : few;
    const cases = tried.map(([shape, smaller], i): KernelCase<BroadcastProblem> => {
      const [a, b] = [randomValues(2 * i, sizeOf(shape)), randomValues(2 * i + 1, sizeOf(smaller))];
      if (a.length > 6) a.set([Number.NaN, b[0]!, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY], 1);
      if (b.length > 2) b.set([Number.NaN, Number.NEGATIVE_INFINITY], 1);
      return {
        name: `[${shape}] and [${smaller}]`,
        problem: broadcastProblem(shape, smaller),
        reads: [a, b],
        writes: [
          {
            before: new Float32Array(a.length),
            expected: ([left, right]) => binaryReference([left!, shape], [right!, smaller], formula, magnitude),
          },
        ],
      };
    });
    const checks = await checkKernel(device, kernel, cases);
    expect(checks.filter(({ errorToBound }) => !(errorToBound < 1))).toEqual([]);
    expect(variantsNotRun(kernel, checks)).toEqual([]);
  },
);

test.each([
  { kernel: maximumGradKernel, share: (a: number, b: number) => (a < b ? 0 : a === b ? 0.5 : 1) },
  { kernel: maximumOtherGradKernel, share: (a: number, b: number) => (a > b ? 0 : a === b ? 0.5 : 1) },
])("$kernel.name gives equal elements a half each, and NaN the whole gradient, as PyTorch", async ({ kernel, share }) => {
  const cases = few.map(([shape, smaller], i): KernelCase<BroadcastProblem> => {
    const [dy, a, b] = [
      randomValues(3 * i, sizeOf(shape)),
      randomValues(3 * i + 1, sizeOf(shape)),
      randomValues(3 * i + 2, sizeOf(smaller)),
    ];
    a[0] = b[0]!;
    if (a.length > 2) a[1] = Number.NaN;
    if (b.length > 2) b[2] = Number.NaN;
    // Nothing of it may pass where the share is 0.
    if (dy.length > 6) dy[6] = Number.POSITIVE_INFINITY;
    return {
      name: `[${shape}] and [${smaller}]`,
      problem: broadcastProblem(shape, smaller),
      reads: [dy, a, b],
      writes: [
        {
          before: new Float32Array(a.length),
          expected: ([gradient, left, right]) => {
            const other = broadcastReference(right!, smaller, shape);
            const value = gradient!.map((element, at) =>
              share(left![at]!, other[at]!) === 0 ? 0 : element * share(left![at]!, other[at]!),
            );
            return { value, magnitude: value.map(Math.abs), terms: 1 };
          },
        },
      ],
    };
  });
  const checks = await checkKernel(device, kernel, cases);
  expect(checks.filter(({ errorToBound }) => !(errorToBound < 1))).toEqual([]);
  expect(variantsNotRun(kernel, checks)).toEqual([]);
});

test("runs alternate, and shapes that do not broadcast have none", () => {
  expect(broadcastRuns([2, 3, 4, 5], [3, 1, 5])).toEqual([
    { size: 2, repeats: true },
    { size: 3, repeats: false },
    { size: 4, repeats: true },
    { size: 5, repeats: false },
  ]);
  expect(broadcastRuns([2, 1, 4, 5], [2, 1, 1, 1])).toEqual([
    { size: 2, repeats: false },
    { size: 20, repeats: true },
  ]);
  expect(broadcastRuns([1, 1], [1])).toEqual([{ size: 1, repeats: false }]);
  expect([broadcastRuns([2, 3], [2]), broadcastRuns([3], [1, 3]), broadcastRuns([1], [3])]).toEqual([undefined, undefined, undefined]);
  expect(() => broadcastProblem([2, 2, 2, 2, 2], [2, 1, 2, 1, 2])).toThrow(RangeError);
});
