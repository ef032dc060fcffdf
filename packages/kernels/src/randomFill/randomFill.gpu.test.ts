import { openDevice } from "@kindling/gpu";
import { createRandom } from "@kindling/pose";
import { checkKernel, type KernelCase, runKernel } from "@kindling/proof";
import { expect, test } from "vitest";
import type { Kernel, Variant } from "../kernel.ts";
import { type RandomFillProblem, randomFillKernel } from "./randomFill.ts";
import { randomFillReference } from "./reference.ts";

const device = await openDevice();

test("uniform and normal numbers are those of the float64 definition, for every size, key and stream", async () => {
  const cases = (["uniform", "normal"] as const).flatMap((distribution) =>
    [1, 3, 4, 67, 300, 2048].map((size, i): KernelCase<RandomFillProblem> => {
      const problem = { size, distribution, stream: [0, 7, 0xffffffff][i % 3]!, shift: [0, -1.5][i % 2]!, scale: [1, 3][i % 2]! };
      const key = Uint32Array.of([0, 0xffffffff, 20_260][i % 3]!, i);
      const writes = [{ before: new Float32Array(size).fill(7), expected: () => randomFillReference(problem, key) }];
      return { name: `${size} ${distribution}`, problem, reads: [key], writes };
    }),
  );
  const checks = await checkKernel(device, randomFillKernel, cases);
  expect(checks.filter(({ errorToBound }) => !(errorToBound < 1))).toEqual([]);
  expect(new Set(checks.map(({ variant }) => variant))).toEqual(new Set(["scalar", "vector"]));
});

test("stream s under (seed, step) is the loader's stream s of the seed step · 2³² + seed, to 24 bits", () => {
  const random = createRandom(3 * 2 ** 32 + 12_345, 9);
  const { value } = randomFillReference({ size: 101, distribution: "uniform", stream: 9, shift: 0, scale: 1 }, [12_345, 3]);
  expect([...value]).toEqual(Array.from(value, () => Math.floor(random() * 2 ** 24) / 2 ** 24));
});

test("a hundred thousand numbers have the mean, the variance and the shape of their distribution; steps and streams are independent", async () => {
  const size = 100_000;
  const fill = async (distribution: "uniform" | "normal", seed: number, step: number, stream: number): Promise<Float32Array> => {
    const problem: RandomFillProblem = { size, distribution, stream, shift: 0, scale: 1 };
    const variant = randomFillKernel.variants[1] as unknown as Variant; // of a kernel of any problem
    const reads = [Uint32Array.of(seed, step)];
    const [y] = await runKernel(device, randomFillKernel as unknown as Kernel, variant, problem, reads, [new Float32Array(size)]);
    return y as Float32Array; // what it was given to write
  };
  const uniform = await fill("uniform", 1, 0, 0);
  expect(uniform.every((value) => value >= 0 && value < 1)).toBe(true);
  // Four standard errors each.
  expect(Math.abs(mean(uniform) - 0.5)).toBeLessThan(4 * Math.sqrt(1 / 12 / size));
  expect(Math.abs(mean(uniform.map((value) => 12 * (value - 0.5) ** 2)) - 1)).toBeLessThan(4 * Math.sqrt(0.8 / size));
  for (let tenth = 0; tenth < 10; tenth++) {
    const share = mean(uniform.map((value) => (Math.floor(10 * value) === tenth ? 1 : 0)));
    expect(Math.abs(share - 0.1)).toBeLessThan(4 * Math.sqrt(0.09 / size));
  }
  const normal = await fill("normal", 1, 0, 0);
  expect(Math.abs(mean(normal))).toBeLessThan(4 / Math.sqrt(size));
  expect(Math.abs(mean(normal.map((value) => value ** 2)) - 1)).toBeLessThan(4 * Math.sqrt(2 / size));
  expect(Math.abs(mean(normal.map((value) => value ** 4)) - 3)).toBeLessThan(4 * Math.sqrt(96 / size));
  expect(Math.abs(mean(normal.map((value) => (Math.abs(value) < 1 ? 1 : 0))) - 0.68269)).toBeLessThan(4 * Math.sqrt(0.2166 / size));
  for (const other of [await fill("normal", 2, 0, 0), await fill("normal", 1, 1, 0), await fill("normal", 1, 0, 1), shifted(normal)]) {
    expect(Math.abs(mean(normal.map((value, i) => value * other[i]!)))).toBeLessThan(4 / Math.sqrt(size));
  }
});

function mean(values: Float32Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Each number's neighbour. */
function shifted(values: Float32Array): Float32Array {
  return values.map((_, i) => values[(i + 1) % values.length]!);
}
