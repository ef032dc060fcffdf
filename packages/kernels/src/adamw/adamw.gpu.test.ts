import { openDevice } from "@kindling/gpu";
import { checkKernel, type KernelCase, randomValues } from "@kindling/proof";
import { expect, test } from "vitest";
import { type AdamwProblem, adamwKernel } from "./adamw.ts";
import { adamwReference } from "./reference.ts";

const device = await openDevice();

test("one step equals the algorithm in float64, at the first step and later ones, with any settings", async () => {
  const settings = [
    { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0, learningRateFactor: 1 },
    { beta1: 0.8, beta2: 0.99, epsilon: 1e-3, weightDecay: 0.1, learningRateFactor: 0.25 },
  ];
  const cases = [1, 35, 64, 260].flatMap((size, i) =>
    settings.flatMap((setting, j) =>
      [1, 1000].map((t): KernelCase<AdamwProblem> => {
        const seed = 100 * i + 10 * j + t;
        const data = (offset: number, low: number, high: number) => randomValues(seed + offset, size, low, high);
        const problem = { size, ...setting };
        const gradients = data(1, -1, 1);
        const scalars = Float32Array.of(1e-2, 1 - setting.beta1 ** t, 1 - setting.beta2 ** t, 7);
        const first = t === 1;
        const before = { parameters: data(2, -1, 1), expAvg: data(3, first ? 0 : -1, first ? 0 : 1), expAvgSq: data(4, 0, first ? 0 : 1) };
        const expected = adamwReference(problem, Float64Array.from(gradients), Float64Array.from(scalars), {
          parameters: Float64Array.from(before.parameters),
          expAvg: Float64Array.from(before.expAvg),
          expAvgSq: Float64Array.from(before.expAvgSq),
        });
        return {
          name: `${size} elements, step ${t}, settings ${j}`,
          problem,
          reads: [gradients, scalars],
          writes: (["parameters", "expAvg", "expAvgSq"] as const).map((name) => ({ before: before[name], expected: expected[name] })),
        };
      }),
    ),
  );
  const checks = await checkKernel(device, adamwKernel, cases);
  expect(checks.filter(({ errorToBound }) => !(errorToBound < 1))).toEqual([]);
  expect(new Set(checks.map(({ variant }) => variant))).toEqual(new Set(["scalar", "vector"]));
});
