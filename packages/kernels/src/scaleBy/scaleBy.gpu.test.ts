import { openDevice } from "@kindling/gpu";
import { checkKernel, type KernelCase, randomValues } from "@kindling/proof";
import { expect, test } from "vitest";
import { scaleByReference } from "./reference.ts";
import { type ScaleByProblem, scaleByKernel } from "./scaleBy.ts";

const device = await openDevice();

test("scaleBy multiplies by the number at its position", async () => {
  const scalars = randomValues(1, 4);
  const cases = [1, 63, 130].map((size, position): KernelCase<ScaleByProblem> => {
    const x = randomValues(2 + position, size);
    return {
      name: `${size} by number ${position}`,
      problem: { size, position },
      reads: [x, scalars],
      writes: [{ before: new Float32Array(size), expected: (reads) => scaleByReference(reads[0]!, reads[1]!, position) }],
    };
  });
  const checks = await checkKernel(device, scaleByKernel, cases);
  expect(checks.filter(({ errorToBound }) => !(errorToBound < 1))).toEqual([]);
});
