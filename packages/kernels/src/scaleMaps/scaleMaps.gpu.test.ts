import { openDevice } from "@kindling/gpu";
import { checkKernel, randomValues } from "@kindling/proof";
import { expect, test } from "vitest";
import { scaleMapsReference } from "./reference.ts";
import { scaleMapsKernel } from "./scaleMaps.ts";

const device = await openDevice();

test("every map is multiplied by its number", async () => {
  const axes = [
    { outer: 1, length: 1, inner: 1 },
    { outer: 2, length: 35, inner: 3 },
    { outer: 3, length: 96, inner: 4 },
    { outer: 1, length: 117, inner: 17 },
  ];
  const cases = axes.flatMap((axis, i) =>
    [1, 7, axis.length].map((splits) => {
      const x = randomValues(2 * i + 1, axis.outer * axis.length * axis.inner);
      const expected = ([values, weight]: readonly Float64Array[]) => scaleMapsReference(axis, values!, weight!);
      return {
        name: `${JSON.stringify(axis)} in ${splits}`,
        problem: { ...axis, splits },
        reads: [x, randomValues(2 * i + 2, axis.outer * axis.inner)],
        writes: [{ before: new Float32Array(x.length), expected }],
      };
    }),
  );
  expect((await checkKernel(device, scaleMapsKernel, cases)).filter(({ errorToBound }) => !(errorToBound < 1))).toEqual([]);
});
