import { type MatmulAttrs, matmul } from "@kindling/autograd";
import { type Shape, sizeOf } from "@kindling/gpu";
import { matmulReference } from "@kindling/kernels";
import type { OpCase, OpInput } from "../opCase.ts";
import type { OpFamily } from "../opFamily.ts";
import { randomValues } from "../random.ts";

type Sizes = readonly [m: number, k: number, n: number];

const forms: readonly MatmulAttrs[] = [false, true].flatMap((transposeA) =>
  [false, true].map((transposeB) => ({ transposeA, transposeB })),
);

/** matmul in its four forms: one element, no batch, one batch axis and two, sizes that no tile divides. */
export const matmulFamily: OpFamily = {
  op: "matmul",
  cases: forms.flatMap((form, i) => [
    caseOf([], [1, 1, 1], form, 1100 + 10 * i),
    caseOf([], [5, 7, 9], form, 1102 + 10 * i),
    caseOf([3], [17, 21, 13], form, 1104 + 10 * i),
    caseOf([2, 3], [24, 12, 28], form, 1106 + 10 * i),
  ]),
  random: (draw) =>
    caseOf(
      draw.oneOf([[], [draw.size(5)], [draw.size(3), draw.size(3)]]),
      [draw.size(40), draw.channels(), draw.size(40)],
      draw.oneOf(forms),
      draw.seed(),
    ),
};

function caseOf(batch: Shape, [m, k, n]: Sizes, form: MatmulAttrs, seed: number): OpCase {
  const [a, b] = [
    [...batch, ...(form.transposeA ? [k, m] : [m, k])],
    [...batch, ...(form.transposeB ? [n, k] : [k, n])],
  ] as const;
  const input = (name: string, shape: Shape, offset: number): OpInput => ({
    name,
    shape,
    data: randomValues(seed + offset, sizeOf(shape)),
    differentiable: true,
  });
  const shown = (shape: Shape, transposed: boolean) => `[${shape}]${transposed ? "ᵀ" : ""}`;
  return {
    op: "matmul",
    name: `${shown(a, form.transposeA)} · ${shown(b, form.transposeB)}`,
    inputs: [input("a", a, 0), input("b", b, 1)],
    build: ([left, right]) => matmul(left!, right!, form),
    reference: ([left, right]) => matmulReference({ batch: sizeOf(batch), m, k, n, ...form }, left!, right!).value,
  };
}
