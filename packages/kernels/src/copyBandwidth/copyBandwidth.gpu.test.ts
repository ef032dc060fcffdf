import { openDevice } from "@kindling/gpu";
import { checkKernel, type KernelCase, randomValues, variantsNotRun } from "@kindling/proof";
import { expect, test } from "vitest";
import { type CopyBandwidthProblem, copyBandwidthKernel } from "./copyBandwidth.ts";
import { copyBandwidthReference } from "./reference.ts";

const device = await openDevice();

test("copyBandwidth copies every element and none beyond the last", async () => {
  const cases = [1, 255, 1028, 70_000].map((size): KernelCase<CopyBandwidthProblem> => {
    const writes = [{ before: new Float32Array(size), expected: (reads: readonly Float64Array[]) => copyBandwidthReference(reads[0]!) }];
    return { name: String(size), problem: { size }, reads: [randomValues(size, size)], writes };
  });
  const checks = await checkKernel(device, copyBandwidthKernel, cases);
  expect(checks.filter(({ error }) => error !== 0)).toEqual([]);
  expect(variantsNotRun(copyBandwidthKernel, checks)).toEqual([]);
});
