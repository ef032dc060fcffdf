import { openDevice } from "@kindling/gpu";
import { checkKernel, randomValues, variantsNotRun } from "@kindling/proof";
import { expect, test } from "vitest";
import { addReluKernel } from "./addRelu.ts";
import { addReluReference } from "./reference.ts";

const device = await openDevice();

test("negative sums become 0 and NaN passes through", async () => {
  const cases = [1, 67, 260].map((size, i) => {
    const [a, b] = [randomValues(2 * i, size), randomValues(2 * i + 1, size)];
    if (size > 1) a[5] = Number.NaN;
    const expected = (reads: readonly Float64Array[]) => addReluReference(reads[0]!, reads[1]!);
    return { name: `${size}`, problem: { size }, reads: [a, b], writes: [{ before: new Float32Array(size), expected }] };
  });
  const checks = await checkKernel(device, addReluKernel, cases);
  expect(checks.filter(({ errorToBound }) => !(errorToBound < 1))).toEqual([]);
  expect(variantsNotRun(addReluKernel, checks)).toEqual([]);
});
