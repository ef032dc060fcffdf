import { openDevice, sizeOf } from "@kindling/gpu";
import { checkKernel, type KernelCase, randomValues, sumResizedProblemOf, sumResizedSums, variantsNotRun } from "@kindling/proof";
import { expect, test } from "vitest";
import { sumResizedReference } from "./reference.ts";
import { sumResizedKernels } from "./sumResized.ts";
import type { SumResizedProblem } from "./sumResizedProblem.ts";

const device = await openDevice();

const calls = sumResizedSums.flatMap((sum, i) =>
  (["none", "relu"] as const).map((activation) => {
    const problem = sumResizedProblemOf({ ...sum, activation });
    const { batch, channels, size, terms } = sum;
    const kernelCase: KernelCase<SumResizedProblem> = {
      name: `${terms.join(" + ")} to ${size}, ${activation}`,
      problem,
      reads: terms.map(([height, width], term) => randomValues(50 * i + term, sizeOf([batch, height, width, channels]))),
      writes: [
        {
          before: randomValues(50 * i + 9, sizeOf([batch, ...size, channels])),
          expected: (reads) => sumResizedReference(problem, reads),
        },
      ],
    };
    return { terms: terms.length, kernelCase };
  }),
);

test.each([2, 3, 4] as const)("a sum of %i terms shows of each pixel ⌊o · in / out⌋, in every variant", async (terms) => {
  const kernel = sumResizedKernels[terms];
  const cases = calls.filter((call) => call.terms === terms).map(({ kernelCase }) => kernelCase);
  const checks = await checkKernel(device, kernel, cases);
  expect(checks.filter(({ errorToBound }) => !(errorToBound < 1))).toEqual([]);
  expect(variantsNotRun(kernel, checks)).toEqual([]);
});
