import { openDevice } from "@kindling/gpu";
import { checkKernel, type KernelCase, randomValues, variantsNotRun } from "@kindling/proof";
import { expect, test } from "vitest";
import { type MapAgreementProblem, mapAgreementKernel } from "./mapAgreement.ts";
import { type MapPeaksProblem, mapPeaksKernel } from "./mapPeaks.ts";
import { mapAgreementReference, mapPeaksReference } from "./reference.ts";

const device = await openDevice();

function peaksOf(name: string, problem: MapPeaksProblem, x: Float32Array): KernelCase<MapPeaksProblem> {
  const maps = problem.outer * problem.inner;
  const writes = (["peak", "place"] as const).map((output) => ({
    before: new Float32Array(maps).fill(7),
    expected: ([read]: readonly Float64Array[]) => mapPeaksReference(problem, read!)[output],
  }));
  return { name, problem, reads: [x], writes };
}

test.each([
  [1, 1, 1],
  [2, 35, 3],
  [1, 63, 17],
  [3, 64, 4],
  [2, 433, 5],
])(
  "of %i samples the largest of %i cells is found in each of %i maps, to the bit, and the first of equal ones",
  async (outer, length, inner) => {
    const problem = { outer, length, inner };
    const x = randomValues(length, outer * length * inner, -1, 1);
    // Few values, most of them many times.
    const ties = x.map((value) => Math.round(2 * value));
    const checks = await checkKernel(device, mapPeaksKernel, [peaksOf("values", problem, x), peaksOf("ties", problem, ties)]);
    expect(checks.map(({ error }) => error)).toEqual(checks.map(() => 0));
  },
);

test("NaN is passed over, and infinity is a peak", async () => {
  const x = Float32Array.of(Number.NaN, 1, 2, Number.NaN, Number.NaN, Number.NaN, -5, Number.POSITIVE_INFINITY, -7);
  const checks = await checkKernel(device, mapPeaksKernel, [peaksOf("not finite", { outer: 3, length: 3, inner: 1 }, x)]);
  expect(checks.map(({ error }) => error)).toEqual(checks.map(() => 0));
  expect(variantsNotRun(mapPeaksKernel, checks)).toEqual([]);
});

test("places agree up to the radius, diagonals by their length, and where nothing is labelled", async () => {
  const [width, height] = [7, 9];
  const size = (width * height) ** 2;
  const a = Float32Array.from({ length: size }, (_, i) => Math.floor(i / (width * height)));
  const b = Float32Array.from({ length: size }, (_, i) => i % (width * height));
  const mask = randomValues(3, size, 0, 1).map((value) => (value < 0.2 ? 0 : 1));
  const cases = [0, 1, 1.5, 5, 100].map((radius): KernelCase<MapAgreementProblem> => {
    const problem = { size, width, radius };
    const expected = mapAgreementReference(problem, Float64Array.from(a), Float64Array.from(b), Float64Array.from(mask));
    return { name: `${radius} cells`, problem, reads: [a, b, mask], writes: [{ before: new Float32Array(size).fill(7), expected }] };
  });
  const checks = await checkKernel(device, mapAgreementKernel, cases);
  expect(checks.map(({ error }) => error)).toEqual(checks.map(() => 0));
  expect(variantsNotRun(mapAgreementKernel, checks)).toEqual([]);
});
