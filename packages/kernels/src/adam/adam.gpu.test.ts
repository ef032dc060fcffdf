import { openDevice } from "@kindling/gpu";
import { checkKernel, type KernelCase, randomValues, relativeError, runKernel, variantsNotRun } from "@kindling/proof";
import { expect, test } from "vitest";
import type { Kernel } from "../kernel.ts";
import { type AdamProblem, adamKernel, adamwKernel } from "./adam.ts";
import { type AdamState, adamReference } from "./reference.ts";

const device = await openDevice();
const slots = ["parameters", "expAvg", "expAvgSq"] as const;
const settings = [
  { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0, learningRateFactor: 1 },
  { beta1: 0.8, beta2: 0.99, epsilon: 1e-3, weightDecay: 0.1, learningRateFactor: 0.25 },
];
const kinds = [
  { name: "adam", kernel: adamKernel, decay: "l2" },
  { name: "adamw", kernel: adamwKernel, decay: "decoupled" },
] as const;

test.each(kinds)("one step of $name equals the algorithm in float64, first or later, with any settings", async ({ kernel, decay }) => {
  const cases = [1, 35, 64, 260].flatMap((size, i) =>
    settings.flatMap((setting, j) =>
      [1, 1000].map((t): KernelCase<AdamProblem> => {
        const seed = 100 * i + 10 * j + t;
        const data = (offset: number, low: number, high: number) => randomValues(seed + offset, size, low, high);
        const problem = { size, ...setting };
        const gradients = data(1, -1, 1);
        const scalars = scalarsOf(setting, t, 1e-2);
        const first = t === 1;
        const before = { parameters: data(2, -1, 1), expAvg: data(3, first ? 0 : -1, first ? 0 : 1), expAvgSq: data(4, 0, first ? 0 : 1) };
        const expected = adamReference(decay, problem, Float64Array.from(gradients), Float64Array.from(scalars), exact(before));
        return {
          name: `${size} elements, step ${t}, settings ${j}`,
          problem,
          reads: [gradients, scalars],
          writes: slots.map((name) => ({ before: before[name], expected: expected[name] })),
        };
      }),
    ),
  );
  const checks = await checkKernel(device, kernel, cases);
  expect(checks.filter(({ errorToBound }) => !(errorToBound < 1))).toEqual([]);
  expect(variantsNotRun(kernel, checks)).toEqual([]);
});

test.each(kinds)("eight steps of $name stay on the trajectory in float64, whichever variant runs", async ({ kernel, decay }) => {
  for (const [j, setting] of settings.entries()) {
    for (const variant of kernel.variants) {
      const problem = { size: 68, ...setting };
      const zeros = new Float32Array(problem.size);
      let state: readonly Float32Array[] = [randomValues(7, problem.size), zeros, zeros];
      let trajectory = exact({ parameters: state[0]!, expAvg: zeros, expAvgSq: zeros });
      for (let t = 1; t <= 8; t++) {
        const gradients = randomValues(20 * j + t, problem.size);
        const scalars = scalarsOf(setting, t, 0.1 / t);
        // Every binding is f32, so what comes back is too.
        state = (await runKernel(device, kernel as unknown as Kernel, variant, problem, [gradients, scalars], state)) as Float32Array[];
        const after = adamReference(decay, problem, Float64Array.from(gradients), Float64Array.from(scalars), trajectory);
        trajectory = { parameters: after.parameters.value, expAvg: after.expAvg.value, expAvgSq: after.expAvgSq.value };
        for (const [i, slot] of slots.entries())
          expect(relativeError(state[i]!, trajectory[slot]), `${slot}, step ${t}`).toBeLessThan(1e-6);
      }
    }
  }
});

test("without decay an infinite parameter says nothing of its gradient, and a gradient that is NaN spoils its own element alone", async () => {
  const problem = { size: 3, ...settings[0]! };
  const [infinite, zeros] = [Float32Array.of(Number.POSITIVE_INFINITY, 1, 2), new Float32Array(3)];
  for (const { kernel, decay } of kinds) {
    const gradients = Float32Array.of(1, Number.NaN, 1);
    const scalars = scalarsOf(settings[0]!, 1, 0.1);
    const before = { parameters: infinite, expAvg: zeros, expAvgSq: zeros };
    const expected = adamReference(decay, problem, Float64Array.from(gradients), Float64Array.from(scalars), exact(before));
    expect([...expected.parameters.value.slice(0, 2)]).toEqual([Number.POSITIVE_INFINITY, Number.NaN]);
    const writes = slots.map((slot) => ({ before: before[slot], expected: expected[slot] }));
    const [check] = await checkKernel(device, kernel, [{ name: "not finite", problem, reads: [gradients, scalars], writes }]);
    expect(check!.errorToBound).toBeLessThan(1);
  }
});

test("scaled gradients step as if they were not scaled, and those of a step that overflowed change nothing", async () => {
  const scale = 2 ** 16;
  for (const { kernel } of kinds) {
    for (const [j, setting] of settings.entries()) {
      for (const variant of kernel.variants) {
        const problem = { size: 68, ...setting };
        const gradients = randomValues(j + 1, problem.size);
        const [learningRate, first, second] = scalarsOf(setting, 3, 0.01);
        const state = [randomValues(7, problem.size), randomValues(8, problem.size), randomValues(9, problem.size, 0, 1)];
        const step = (lossScaled: boolean, values: Float32Array, ...scaling: readonly number[]) =>
          runKernel(
            device,
            kernel as unknown as Kernel,
            variant as unknown as Kernel["variants"][0],
            { ...problem, lossScaled },
            [values, Float32Array.of(learningRate!, first!, second!, ...scaling)],
            state,
          );
        const scaled = gradients.map((gradient) => gradient * scale);
        expect(await step(true, scaled, 1 / scale, 1)).toEqual(await step(false, gradients));
        for (const overflowed of [Number.POSITIVE_INFINITY, Number.NaN]) {
          expect(await step(true, scaled.with(5, overflowed), 1 / scale, 0)).toEqual(state);
        }
      }
    }
  }
});

function scalarsOf({ beta1, beta2 }: { readonly beta1: number; readonly beta2: number }, t: number, learningRate: number): Float32Array {
  return Float32Array.of(learningRate, 1 - beta1 ** t, 1 - beta2 ** t, 7);
}

function exact(state: Readonly<Record<(typeof slots)[number], Float32Array>>): AdamState {
  const [parameters, expAvg, expAvgSq] = slots.map((slot) => Float64Array.from(state[slot]));
  return { parameters: parameters!, expAvg: expAvg!, expAvgSq: expAvgSq! };
}
