import { openDevice } from "@kindling/gpu";
import { checkKernel, randomValues, variantsNotRun } from "@kindling/proof";
import { expect, test } from "vitest";
import { balancedWeightsKernel } from "./balancedWeights.ts";
import { balancedWeightsReference, trackNormsReference } from "./reference.ts";
import { trackNormsKernel } from "./trackNorms.ts";

const device = await openDevice();

test("balanced weights times norms are in the proportion of the weights, and the first term keeps its own", async () => {
  const [weights, norms] = [Float32Array.of(0.25, 0.75, 2, 0), Float32Array.of(3, 0.5, 1e-4, 7)];
  const { value } = balancedWeightsReference(Float64Array.from(weights), Float64Array.from(norms));
  expect(value[0]).toBe(0.25);
  for (const [i, weight] of value.entries()) expect((weight * norms[i]!) / (value[0]! * norms[0]!)).toBeCloseTo(weights[i]! / 0.25, 12);
});

test("weights are balanced by the first norm that is known", async () => {
  const cases = [[1, 2, 3], [0, 2, 3], [0, 0, 3], [0, 0, 0], [1e-6, 0, 1e6], Array.from(randomValues(4, 65, 0.1, 9)), [5]].map((of) => {
    const [norms, weights] = [Float32Array.from(of), randomValues(of.length, of.length, 0, 2)];
    const expected = balancedWeightsReference(Float64Array.from(weights), Float64Array.from(norms));
    return {
      name: `${of.slice(0, 3)}`,
      problem: { size: of.length },
      reads: [weights, norms],
      writes: [{ before: new Float32Array(of.length).fill(7), expected }],
    };
  });
  const checks = await checkKernel(device, balancedWeightsKernel, cases);
  expect(checks.filter(({ errorToBound }) => !(errorToBound < 1))).toEqual([]);
  expect(variantsNotRun(balancedWeightsKernel, checks)).toEqual([]);
});

test("norms follow what is measured, begin with it, and pass over what is no norm", async () => {
  const before = Float32Array.of(0, 2, 2, 0, 2, 2, 2, 5);
  const measured = Float32Array.of(3, 1, 0, 0, Number.NaN, Number.POSITIVE_INFINITY, 1, 4);
  const weights = Float32Array.of(0.5, 0.25, 1, 1, 1, 1, 0, 2);
  const cases = [0.1, 1].map((momentum) => ({
    name: `momentum ${momentum}`,
    problem: { size: before.length, momentum },
    reads: [measured, weights],
    writes: [
      {
        before,
        expected: trackNormsReference(Float64Array.from(before), Float64Array.from(measured), Float64Array.from(weights), momentum),
      },
    ],
  }));
  const checks = await checkKernel(device, trackNormsKernel, cases);
  expect(checks.filter(({ errorToBound }) => !(errorToBound < 1))).toEqual([]);
  expect(variantsNotRun(trackNormsKernel, checks)).toEqual([]);
  const { value } = trackNormsReference(Float64Array.from(before), Float64Array.from(measured), Float64Array.from(weights), 1);
  expect([...value]).toEqual([6, 4, 2, 0, 2, 2, 2, 2]);
});
