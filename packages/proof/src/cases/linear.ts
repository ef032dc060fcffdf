import { linear } from "@kindling/autograd";
import { type Shape, sizeOf } from "@kindling/gpu";
import { matmulReference } from "@kindling/kernels";
import type { OpCase, OpInput } from "../opCase.ts";
import type { OpFamily } from "../opFamily.ts";
import { randomValues } from "../random.ts";

/** linear with and without bias: one row, many, rows of rows; sizes that are whole vec4 and not. */
export const linearFamily: OpFamily = {
  op: "linear",
  cases: [
    caseOf([1, 1], 1, true, 1000),
    caseOf([7, 33], 19, true, 1003),
    caseOf([2, 17, 24], 32, false, 1006),
    caseOf([130, 8], 12, true, 1009),
    caseOf([2, 3, 5, 3], 4, true, 1012),
  ],
  random(draw) {
    const leading = draw.oneOf([[draw.size(40)], [draw.size(3), draw.size()], [draw.size(3), draw.size(3), draw.size(5)]]);
    return caseOf([...leading, draw.channels()], draw.channels(), draw.oneOf([true, false]), draw.seed());
  },
};

function caseOf(x: Shape, outSize: number, withBias: boolean, seed: number): OpCase {
  const inSize = x.at(-1)!;
  const problem = { batch: 1, m: sizeOf(x) / inSize, k: inSize, n: outSize, transposeA: false, transposeB: false };
  const input = (name: string, shape: Shape, offset: number): OpInput => ({
    name,
    shape,
    data: randomValues(seed + offset, sizeOf(shape)),
    differentiable: true,
  });
  const inputs = [input("x", x, 0), input("weight", [inSize, outSize], 1)];
  if (withBias) inputs.push({ ...input("bias", [outSize], 2), f32: true });
  return {
    op: "linear",
    name: `[${x}] to ${outSize}${withBias ? " with bias" : ""}`,
    inputs,
    build: ([rows, weight, bias]) => linear(rows!, weight!, bias ?? null),
    reference: ([rows, weight, bias]) => matmulReference(problem, rows!, weight!).value.map((sum, at) => sum + (bias?.[at % outSize] ?? 0)),
  };
}
