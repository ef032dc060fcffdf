import { openDevice } from "@kindling/gpu";
import { checkKernel, randomValues } from "@kindling/proof";
import { expect, test } from "vitest";
import { addKernel, mulKernel, reluGradKernel, reluKernel } from "./elementwise.ts";
import { fillKernel } from "./fill.ts";

const device = await openDevice();

test.each([
  { kernel: addKernel, f: (a: number, b: number) => a + b },
  { kernel: mulKernel, f: (a: number, b: number) => a * b },
  { kernel: reluKernel, f: (x: number) => Math.max(x, 0) },
  // NaN is not at or below zero: the gradient passes, as in PyTorch.
  { kernel: reluGradKernel, f: (dy: number, y: number) => (y <= 0 ? 0 : dy) },
])("$kernel.name is its formula for every element, NaN and zero included", async ({ kernel, f }) => {
  const cases = [1, 64, 67, 300].map((size, i) => {
    const reads = kernel.reads.map((_, operand) => randomValues(4 * i + operand, size));
    if (size > 2) reads.at(-1)!.set([Number.NaN, 0], 1);
    const value = Float64Array.from({ length: size }, (_, at) => f(reads[0]![at]!, reads[1]?.[at] ?? 0));
    const expected = { value, magnitude: value.map(Math.abs), terms: 1 };
    return { name: `${size}`, problem: { size }, reads, writes: [{ before: new Float32Array(size), expected }] };
  });
  const checks = await checkKernel(device, kernel, cases);
  expect(checks).toHaveLength(4 + 2); // four sizes, two of them a multiple of four
  expect(checks.filter(({ errorToBound }) => !(errorToBound < 1))).toEqual([]);
});

test("fill writes its value to every element and to no other", async () => {
  const before = randomValues(9, 67);
  const value = Float64Array.from(before, (kept, at) => (at < 65 ? -2.5 : kept));
  const [check] = await checkKernel(device, fillKernel, [
    {
      name: "65 of 67",
      problem: { size: 65, value: -2.5 },
      reads: [],
      writes: [{ before, expected: { value, magnitude: value, terms: 1 } }],
    },
  ]);
  expect(check).toMatchObject({ error: 0 });
});
