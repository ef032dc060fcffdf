import { openDevice } from "@kindling/gpu";
import { checkKernel, type KernelCase, randomValues, relativeError, runKernel, variantsNotRun } from "@kindling/proof";
import { expect, test } from "vitest";
import type { Kernel } from "../kernel.ts";
import { type SgdState, sgdReference } from "./reference.ts";
import { type SgdMomentumProblem, type SgdProblem, sgdKernel, sgdMomentumKernel } from "./sgd.ts";

const device = await openDevice();
const sizes = [1, 35, 64, 260];
const decays = [0, 0.1];

test("one step without momentum equals the algorithm in float64", async () => {
  const cases = sizes.flatMap((size, i) =>
    decays.map((weightDecay, j): KernelCase<SgdProblem> => {
      const problem = { size, weightDecay, learningRateFactor: 0.5 };
      const [gradients, parameters, scalars] = [randomValues(10 * i + j, size), randomValues(99 + i, size), Float32Array.of(0.1)];
      const expected = reference({ ...problem, momentum: 0, nesterov: false }, gradients, scalars, [parameters, gradients]).parameters;
      return { name: `${size}, ${weightDecay}`, problem, reads: [gradients, scalars], writes: [{ before: parameters, expected }] };
    }),
  );
  const checks = await checkKernel(device, sgdKernel, cases);
  expect(checks.filter(({ errorToBound }) => !(errorToBound < 1))).toEqual([]);
  expect(variantsNotRun(sgdKernel, checks)).toEqual([]);
});

test("one step with momentum, plain or Nesterov, equals the algorithm in float64", async () => {
  const cases = sizes.flatMap((size, i) =>
    decays.flatMap((weightDecay, j) =>
      [false, true].map((nesterov): KernelCase<SgdMomentumProblem> => {
        const problem = { size, weightDecay, learningRateFactor: 2, momentum: 0.9, nesterov };
        const [gradients, scalars] = [randomValues(10 * i + j, size), Float32Array.of(0.1, nesterov ? 1 : 0.75)];
        const before = [randomValues(99 + i, size), randomValues(199 + i, size)] as const;
        const expected = reference(problem, gradients, scalars, before);
        const writes = [
          { before: before[0], expected: expected.parameters },
          { before: before[1], expected: expected.momentumBuffer },
        ];
        return { name: `${size}, ${weightDecay}, ${nesterov}`, problem, reads: [gradients, scalars], writes };
      }),
    ),
  );
  const checks = await checkKernel(device, sgdMomentumKernel, cases);
  expect(checks.filter(({ errorToBound }) => !(errorToBound < 1))).toEqual([]);
  expect(variantsNotRun(sgdMomentumKernel, checks)).toEqual([]);
});

test.each([
  { name: "momentum with dampening", dampening: 0.3, nesterov: false, weightDecay: 0.05 },
  { name: "Nesterov momentum", dampening: 0, nesterov: true, weightDecay: 0.05 },
  { name: "momentum alone", dampening: 0, nesterov: false, weightDecay: 0 },
])("eight steps of $name stay on the trajectory in float64, whichever variant runs", async ({ dampening, ...setting }) => {
  for (const variant of sgdMomentumKernel.variants) {
    const problem = { size: 68, learningRateFactor: 1, momentum: 0.9, weightDecay: setting.weightDecay, nesterov: setting.nesterov };
    let state: readonly Float32Array[] = [randomValues(7, problem.size), new Float32Array(problem.size)];
    let trajectory: SgdState = { parameters: Float64Array.from(state[0]!), momentumBuffer: new Float64Array(problem.size) };
    for (let t = 1; t <= 8; t++) {
      const gradients = randomValues(20 + t, problem.size);
      const scalars = Float32Array.of(0.1 / t, t === 1 ? 1 : 1 - dampening);
      const kernel = sgdMomentumKernel as unknown as Kernel; // called with a problem of its own
      // Every binding is f32, so what comes back is too.
      state = (await runKernel(device, kernel, variant as never, problem, [gradients, scalars], state)) as Float32Array[];
      const after = sgdReference(problem, Float64Array.from(gradients), Float64Array.from(scalars), trajectory);
      trajectory = { parameters: after.parameters.value, momentumBuffer: after.momentumBuffer.value };
      if (t === 1 && setting.weightDecay === 0) expect(state[1]).toEqual(gradients);
      expect(relativeError(state[0]!, trajectory.parameters), `parameters, step ${t}`).toBeLessThan(1e-6);
      expect(relativeError(state[1]!, trajectory.momentumBuffer), `buffer, step ${t}`).toBeLessThan(1e-6);
    }
  }
});

test("NaN and infinity stay in their element; without decay an infinite parameter says nothing of its gradient", async () => {
  const gradients = Float32Array.of(1, Number.NaN, Number.NEGATIVE_INFINITY, 2);
  const before = [Float32Array.of(Number.POSITIVE_INFINITY, 1, 1, 1), new Float32Array(4)] as const;
  const problem = { size: 4, weightDecay: 0, learningRateFactor: 1, momentum: 0.5, nesterov: true };
  const scalars = Float32Array.of(0.1, 1);
  const expected = reference(problem, gradients, scalars, before);
  expect([...expected.parameters.value.slice(0, 3)]).toEqual([Number.POSITIVE_INFINITY, Number.NaN, Number.POSITIVE_INFINITY]);
  expect(expected.momentumBuffer.value[0]).toBe(1);
  const writes = [expected.parameters, expected.momentumBuffer].map((one, i) => ({ before: before[i]!, expected: one }));
  const checks = await checkKernel(device, sgdMomentumKernel, [{ name: "not finite", problem, reads: [gradients, scalars], writes }]);
  expect(checks.filter(({ errorToBound }) => !(errorToBound < 1))).toEqual([]);
});

test("scaled gradients step as if they were not scaled, and those of a step that overflowed change nothing", async () => {
  const scale = 2 ** 16;
  const kernels = [sgdKernel, sgdMomentumKernel] as unknown as readonly Kernel[]; // called with problems of their own
  for (const kernel of kernels) {
    for (const variant of kernel.variants) {
      const problem = { size: 68, weightDecay: 0.1, learningRateFactor: 2, momentum: 0.9, nesterov: true };
      const gradients = randomValues(1, problem.size);
      const state = kernel.writes.map((_, i) => randomValues(7 + i, problem.size));
      const step = (lossScaled: boolean, values: Float32Array, ...scaling: readonly number[]) =>
        runKernel(device, kernel, variant, { ...problem, lossScaled }, [values, Float32Array.of(0.1, 0.75, ...scaling)], state);
      const scaled = gradients.map((gradient) => gradient * scale);
      expect(await step(true, scaled, 1 / scale, 1)).toEqual(await step(false, gradients));
      for (const overflowed of [Number.POSITIVE_INFINITY, Number.NaN]) {
        expect(await step(true, scaled.with(5, overflowed), 1 / scale, 0)).toEqual(state);
      }
    }
  }
});

function reference(
  problem: SgdMomentumProblem,
  gradients: Float32Array,
  scalars: Float32Array,
  [parameters, momentumBuffer]: readonly [Float32Array, Float32Array],
): ReturnType<typeof sgdReference> {
  const state = { parameters: Float64Array.from(parameters), momentumBuffer: Float64Array.from(momentumBuffer) };
  return sgdReference(problem, Float64Array.from(gradients), Float64Array.from(scalars), state);
}
