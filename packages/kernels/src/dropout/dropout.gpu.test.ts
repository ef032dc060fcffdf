import { openDevice } from "@kindling/gpu";
import { checkKernel, type KernelCase, randomValues } from "@kindling/proof";
import { expect, test } from "vitest";
import { type DropoutProblem, dropoutKernel } from "./dropout.ts";
import { dropoutReference } from "./reference.ts";

const device = await openDevice();

test("each element is dropped or scaled as the float64 definition says, NaN and infinity included", async () => {
  const cases = [0, 0.1, 0.5, 0.9].flatMap((p, i) =>
    [1, 3, 4, 67, 300].map((size): KernelCase<DropoutProblem> => {
      const problem = { size, p, stream: i };
      const key = Uint32Array.of(20_260, size);
      const x = randomValues(size, size);
      if (size > 4) x.set([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN, Number.POSITIVE_INFINITY]);
      const writes = [
        {
          before: new Float32Array(size).fill(7),
          expected: ([stored]: readonly Float64Array[]) => dropoutReference(problem, stored!, key),
        },
      ];
      return { name: `${size} with p ${p}`, problem, reads: [x, key], writes };
    }),
  );
  const checks = await checkKernel(device, dropoutKernel, cases);
  expect(checks.filter(({ errorToBound }) => !(errorToBound < 1))).toEqual([]);
  expect(new Set(checks.map(({ variant }) => variant))).toEqual(new Set(["scalar", "vector"]));
});

test("the share of elements that are dropped is p", () => {
  const size = 20_000;
  for (const p of [0.1, 0.5, 0.9]) {
    const { value } = dropoutReference({ size, p, stream: 3 }, new Float64Array(size).fill(1), [7, 1]);
    const dropped = value.filter((element) => element === 0).length / size;
    expect(Math.abs(dropped - p)).toBeLessThan(4 * Math.sqrt((p * (1 - p)) / size));
  }
});
