import { openDevice } from "@kindling/gpu";
import { checkKernel, type KernelCase, randomValues, relativeError, runKernel, variantsNotRun } from "@kindling/proof";
import { expect, test } from "vitest";
import type { Kernel } from "../kernel.ts";
import { type EmaProblem, emaKernel } from "./ema.ts";
import { emaReference } from "./reference.ts";

const device = await openDevice();

test("averages move towards the values by the momentum, whichever scalar it is", async () => {
  const cases = [1, 35, 64, 260].flatMap((size, i) =>
    [0, 2e-4, 0.4, 0.5, 0.9, 1].map((momentum, j): KernelCase<EmaProblem> => {
      const [values, averages] = [randomValues(10 * i + j, size), randomValues(99 + 10 * i + j, size)];
      const scalars = Float32Array.of(7, 8, 9).with(i % 3, momentum);
      const expected = emaReference(Float64Array.from(averages), Float64Array.from(values), Math.fround(momentum));
      const problem = { size, position: i % 3 };
      return { name: `${size}, momentum ${momentum}`, problem, reads: [values, scalars], writes: [{ before: averages, expected }] };
    }),
  );
  const checks = await checkKernel(device, emaKernel, cases);
  expect(checks.filter(({ errorToBound }) => !(errorToBound < 1))).toEqual([]);
  expect(variantsNotRun(emaKernel, checks)).toEqual([]);
});

test("momentum 0 keeps finite averages and 1 copies finite values, bit for bit; NaN and infinity pass as in torch.lerp", async () => {
  const [values, averages] = [randomValues(1, 8), randomValues(2, 8, 1e4, 1e5)];
  values.set([Number.NaN, Number.POSITIVE_INFINITY], 4);
  for (const variant of emaKernel.variants) {
    const after = async (momentum: number): Promise<readonly number[]> => {
      const kernel = emaKernel as unknown as Kernel; // called with a problem of its own
      const reads = [values, Float32Array.of(momentum)];
      return [...(await runKernel(device, kernel, variant as never, { size: 8, position: 0 }, reads, [averages]))[0]!];
    };
    expect((await after(0)).slice(0, 4)).toEqual([...averages.slice(0, 4)]);
    expect((await after(1)).slice(0, 4)).toEqual([...values.slice(0, 4)]);
    expect((await after(1)).slice(4, 6)).toEqual([Number.NaN, Number.NaN]);
    expect((await after(0.1)).slice(4, 6)).toEqual([Number.NaN, Number.POSITIVE_INFINITY]);
  }
});

test("thirty steps stay on the trajectory in float64", async () => {
  for (const variant of emaKernel.variants) {
    let state = randomValues(5, 68);
    let trajectory: Float64Array = Float64Array.from(state);
    for (let t = 1; t <= 30; t++) {
      const values = randomValues(10 + t, 68);
      const reads = [values, Float32Array.of(0.01)];
      const kernel = emaKernel as unknown as Kernel; // called with a problem of its own
      const [after] = await runKernel(device, kernel, variant as never, { size: 68, position: 0 }, reads, [state]);
      state = after as Float32Array; // as what it was before
      trajectory = emaReference(trajectory, Float64Array.from(values), Math.fround(0.01)).value;
    }
    expect(relativeError(state, trajectory)).toBeLessThan(1e-6);
  }
});
