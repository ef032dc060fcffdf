import { openDevice } from "@kindling/gpu";
import { checkKernel, type KernelCase, randomValues, variantsNotRun } from "@kindling/proof";
import { expect, test } from "vitest";
import type { ActivationName } from "../wgsl/activation.wgsl.ts";
import { type ActivationProblem, activationGradKernels, activationKernels } from "./activation.ts";
import { activationGradReference, activationReference } from "./reference.ts";

const device = await openDevice();

const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;
const parameters: Partial<Record<ActivationName, Readonly<Record<string, number>>>> = {
  elu: { alpha: 1.5 },
  softplus: { beta: 2, threshold: 20 },
};
/** Zero, kinks, both ends of what is rounded away, and what overflows when squared. */
const whole = [
  0,
  -0,
  3,
  -3,
  1e-4,
  -1e-4,
  0.25,
  -0.25,
  -0.5,
  2.5,
  -6,
  9.9,
  10.1,
  -12.1,
  30,
  -30,
  -87,
  1000,
  -1000,
  6e4,
  -6e4,
  1e30,
  -1e30,
  infinity,
  nan,
];
const special: Partial<Record<ActivationName, readonly number[]>> = {
  exp: [0, 1e-4, -1e-4, 9, -9, -30, 1000, -1000, infinity, -infinity, nan],
  log: [0, 1, 1.001, 0.999, 1e-3, 1000, 6e4, -1, infinity, -infinity, nan],
  sqrt: [0, 1, 1e-3, 1000, 6e4, -1, infinity, -infinity, nan],
};
const names = Object.keys(activationKernels) as ActivationName[];

test.each(names)("%s and its gradient are their definitions from end to end, NaN and infinity included", async (name) => {
  const positive = name === "log" || name === "sqrt";
  const cases = [1, 67, 260].map((size, i) => {
    const x = randomValues(2 * i, size, positive ? 0.01 : -5, 5);
    if (size > 1) x.set(special[name] ?? [...whole, -infinity], 1);
    return { problem: { size, ...parameters[name] } as ActivationProblem, x, dy: randomValues(2 * i + 1, size) };
  });
  const forward = cases.map(
    ({ problem, x }): KernelCase<ActivationProblem> => ({
      name: `${problem.size}`,
      problem,
      reads: [x],
      writes: [{ before: new Float32Array(problem.size), expected: ([read]) => activationReference(name, read!, problem) }],
    }),
  );
  const backward = cases.map(({ problem, x, dy }): KernelCase<ActivationProblem> => {
    // The derivative at infinity is nobody's concern: PyTorch's is a number for some, NaN for others.
    const finite = x.map((value) => (Math.abs(value) === infinity ? 1 : value));
    return {
      name: `gradient of ${problem.size}`,
      problem,
      reads: [dy, finite],
      writes: [
        {
          before: new Float32Array(problem.size),
          expected: ([cotangent, read]) => activationGradReference(name, cotangent!, read!, problem),
        },
      ],
    };
  });
  for (const [kernel, kernelCases] of [
    [activationKernels[name], forward],
    [activationGradKernels[name], backward],
  ] as const) {
    const checks = await checkKernel(device, kernel, kernelCases);
    expect(checks.filter(({ errorToBound }) => !(errorToBound < 1))).toEqual([]);
    expect(variantsNotRun(kernel, checks)).toEqual([]);
  }
});

test("an activation without its parameter is refused", () => {
  expect(() => activationKernels.elu.variants[0].source({ size: 1 })).toThrow(RangeError);
});
