import { decodeFloat16, openDevice } from "@kindling/gpu";
import { type BindingData, checkKernel, randomValues, runKernel } from "@kindling/proof";
import { expect, test } from "vitest";
import type { Kernel, Variant } from "../kernel.ts";
import { castKernel } from "./cast.ts";
import { fillKernel } from "./fill.ts";
import { reluGradKernel, reluKernel } from "./relu.ts";

const device = await openDevice();

test.each([
  { kernel: reluKernel, f: (x: number) => Math.max(x, 0) },
  // NaN is not at or below zero: the gradient passes, as in PyTorch.
  { kernel: reluGradKernel, f: (dy: number, y: number) => (y <= 0 ? 0 : dy) },
])("$kernel.name is its formula for every element, NaN and zero included", async ({ kernel, f }) => {
  const cases = [1, 64, 67, 300].map((size, i) => {
    const reads = kernel.reads.map((_, operand) => randomValues(4 * i + operand, size));
    if (size > 2) reads.at(-1)!.set([Number.NaN, 0], 1);
    const expected = (operands: readonly Float64Array[]) => {
      const value = Float64Array.from({ length: size }, (_, at) => f(operands[0]![at]!, operands[1]?.[at] ?? 0));
      return { value, magnitude: value.map(Math.abs), terms: 1 };
    };
    return { name: `${size}`, problem: { size }, reads, writes: [{ before: new Float32Array(size), expected }] };
  });
  const checks = await checkKernel(device, kernel, cases);
  expect(checks.filter(({ dtype }) => dtype === "f32")).toHaveLength(4 + 2); // four sizes, two of them a multiple of four
  expect(checks.filter(({ errorToBound }) => !(errorToBound < 1))).toEqual([]);
});

test("fill writes its value to every element and to no other", async () => {
  const before = randomValues(9, 67);
  const [check] = await checkKernel(device, fillKernel, [
    {
      name: "65 of 67",
      problem: { size: 65, value: -2.5 },
      reads: [],
      writes: [
        {
          before,
          expected: (_, kept) => {
            const value = kept.map((element, at) => (at < 65 ? -2.5 : element));
            return { value, magnitude: value, terms: 1 };
          },
        },
      ],
    },
  ]);
  expect(check).toMatchObject({ error: 0 });
});

test.skipIf(!device.capabilities.f16)(
  "cast rounds f32 to f16, to infinity beyond its range, and widens f16 exactly (skipped without shader-f16)",
  async () => {
    const values = Float32Array.of(0, -1, 1 + 2 ** -12, 65_504, 1e6, -1e6, Number.POSITIVE_INFINITY, Number.NaN);
    for (const size of [8, 7]) {
      for (const variant of castKernel.variants) {
        if (!variant.supports({ size }, device.capabilities, ["f32"])) continue;
        const run = async (data: BindingData, before: BindingData) =>
          (await runKernel(device, castKernel as unknown as Kernel, variant as Variant, { size }, [data], [before]))[0]!;
        const halves = (await run(values.slice(0, size), new Uint16Array(size))) as Uint16Array;
        const wide = [0, -1, 1, 65_504, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, Number.NaN];
        expect([...decodeFloat16(halves)]).toEqual(wide.slice(0, size));
        expect([...((await run(halves, new Float32Array(size))) as Float32Array)]).toEqual(wide.slice(0, size));
      }
    }
  },
);
