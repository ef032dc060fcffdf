import { openDevice } from "@kindling/gpu";
import { checkKernel, type KernelCase, randomValues, variantsNotRun } from "@kindling/proof";
import { expect, test } from "vitest";
import { variantsElsewhere } from "../testing/variantsElsewhere.ts";
import { subgroupSizes } from "../wgsl/subgroupTile.wgsl.ts";
import { matmulKernel } from "./matmul.ts";
import type { MatmulProblem } from "./matmulProblem.ts";
import { matmulReference } from "./reference.ts";

const device = await openDevice();
const elsewhere = variantsElsewhere(subgroupSizes, device.capabilities);

/** One element, rows and columns alone, odd sizes, tiles that end inside a row and a column, whole vec4 and not. */
const sizes: readonly (readonly [batch: number, m: number, k: number, n: number])[] = [
  [1, 1, 1, 1],
  [3, 1, 17, 5],
  [1, 9, 4, 1],
  [2, 8, 3, 4],
  [3, 17, 21, 13],
  [1, 67, 33, 64],
  [5, 41, 8, 30],
  [64, 8, 1, 4],
  [2, 37, 19, 136],
  [1, 40, 7, 33],
  [3, 70, 5, 18],
  [2, 131, 43, 61],
  [1, 140, 36, 132],
];

test.each([
  [false, false],
  [false, true],
  [true, false],
  [true, true],
])("matmul equals its float64 definition in every variant, a transposed: %s, b transposed: %s", async (transposeA, transposeB) => {
  const cases = sizes.map(([batch, m, k, n], i): KernelCase<MatmulProblem> => {
    const problem = { batch, m, k, n, transposeA, transposeB };
    return {
      name: `${batch} of [${m},${k}] · [${k},${n}]`,
      problem,
      reads: [randomValues(2 * i + 1, batch * m * k), randomValues(2 * i + 2, batch * k * n)],
      writes: [{ before: new Float32Array(batch * m * n), expected: ([a, b]) => matmulReference(problem, a!, b!) }],
    };
  });
  const checks = await checkKernel(device, matmulKernel, cases);
  expect(checks.filter(({ errorToBound }) => !(errorToBound < 1))).toEqual([]);
  expect(variantsNotRun(matmulKernel, checks)).toEqual(elsewhere);
});
