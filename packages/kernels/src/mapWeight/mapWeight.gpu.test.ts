import { openDevice } from "@kindling/gpu";
import { checkKernel, randomValues } from "@kindling/proof";
import { expect, test } from "vitest";
import { mapWeightKernel } from "./mapWeight.ts";
import { mapWeightReference } from "./reference.ts";

const device = await openDevice();

test("a weight is the factor times the mask, or times its square", async () => {
  const cases = [1, 17, 64, 133].flatMap((size) =>
    [false, true].map((squared) => {
      const mask = randomValues(size, size, 0, 1.5);
      const expected = mapWeightReference(Float64Array.from(mask), 0.375, squared);
      const writes = [{ before: new Float32Array(size), expected }];
      return { name: `${size} ${squared}`, problem: { size, squared }, reads: [mask, Float32Array.of(0.375)], writes };
    }),
  );
  expect((await checkKernel(device, mapWeightKernel, cases)).filter(({ errorToBound }) => !(errorToBound < 1))).toEqual([]);
});
