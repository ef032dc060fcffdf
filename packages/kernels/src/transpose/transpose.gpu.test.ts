import { openDevice } from "@kindling/gpu";
import { checkKernel, type KernelCase, randomValues, variantsNotRun } from "@kindling/proof";
import { expect, test } from "vitest";
import { transposeReference } from "./reference.ts";
import { type TransposeProblem, transposeKernel } from "./transpose.ts";

const device = await openDevice();

test("rows and columns are exchanged in each matrix, without rounding", async () => {
  const sizes = [
    [1, 1, 1],
    [3, 1, 7],
    [2, 48, 17],
    [1, 4, 4],
    [3, 12, 20],
    [2, 108, 133],
    [1, 64, 36],
  ] as const;
  const cases = sizes.map(([batch, rows, columns], i): KernelCase<TransposeProblem> => {
    const problem = { batch, rows, columns };
    const x = randomValues(i, batch * rows * columns);
    const writes = [{ before: x.map(() => 7), expected: ([stored]: readonly Float64Array[]) => transposeReference(problem, stored!) }];
    return { name: `[${sizes[i]}]`, problem, reads: [x], writes };
  });
  const checks = await checkKernel(device, transposeKernel, cases);
  expect(checks.filter(({ error }) => error !== 0)).toEqual([]);
  expect(variantsNotRun(transposeKernel, checks)).toEqual([]);
});
