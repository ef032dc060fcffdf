import { openDevice, sizeOf } from "@kindling/gpu";
import { batchNormShapes, checkKernel, type KernelCase, randomValues } from "@kindling/proof";
import { expect, test } from "vitest";
import { squaredDeviationsReference } from "./reference.ts";
import { type SquaredDeviationsProblem, squaredDeviationsKernel } from "./squaredDeviations.ts";

const device = await openDevice();

test("each split holds the squared deviations of its rows, also where the mean is a thousand times the deviation", async () => {
  const cases: KernelCase<SquaredDeviationsProblem>[] = batchNormShapes.flatMap((shape, i) =>
    [1, 2, 5, 50].flatMap((splits) =>
      [0, 1000].map((center) => {
        const channels = shape.at(-1)!;
        const problem = { rows: sizeOf(shape) / channels, channels, splits };
        const x = randomValues(2 * i, sizeOf(shape), center - 1, center + 1);
        const mean = randomValues(2 * i + 1, channels, center - 0.1, center + 0.1);
        return {
          name: `[${shape}] in ${splits} around ${center}`,
          problem,
          reads: [x, mean],
          writes: [
            {
              before: new Float32Array(splits * channels).fill(7),
              expected: ([input, around]) => squaredDeviationsReference(problem, input!, around!),
            },
          ],
        };
      }),
    ),
  );
  const checks = await checkKernel(device, squaredDeviationsKernel, cases);
  expect(checks.filter(({ errorToBound }) => !(errorToBound < 1))).toEqual([]);
  expect(new Set(checks.map(({ variant }) => variant))).toEqual(new Set(["scalar", "vector"]));
});
