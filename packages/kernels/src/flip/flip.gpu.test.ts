import { openDevice } from "@kindling/gpu";
import { checkKernel, type KernelCase, randomValues } from "@kindling/proof";
import { expect, test } from "vitest";
import { type FlipProblem, flipKernel } from "./flip.ts";
import { flipReference } from "./reference.ts";

const device = await openDevice();
const images = [
  [1, 1, 1, 1],
  [3, 7, 5, 3],
  [2, 4, 9, 17],
  [1, 6, 11, 4],
  [2, 3, 2, 20],
] as const;

test("rows, or columns, come out in reverse, and the other axes as they were", async () => {
  const cases = images.flatMap(([batch, height, width, channels], i) =>
    (["height", "width"] as const).map((axis): KernelCase<FlipProblem> => {
      const problem = { batch, height, width, channels, axis };
      const x = randomValues(i, batch * height * width * channels);
      const writes = [{ before: x.map(() => 7), expected: ([stored]: readonly Float64Array[]) => flipReference(problem, stored!) }];
      return { name: `[${images[i]}] ${axis}`, problem, reads: [x], writes };
    }),
  );
  const checks = await checkKernel(device, flipKernel, cases);
  expect(checks.filter(({ error }) => error !== 0)).toEqual([]);
  expect(new Set(checks.map(({ variant }) => variant))).toEqual(new Set(["scalar", "vector"]));
});
