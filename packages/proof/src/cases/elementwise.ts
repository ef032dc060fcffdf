import { add, mul, relu, type Tensor } from "@kindling/autograd";
import { type Shape, sizeOf } from "@kindling/gpu";
import type { OpCase, OpInput } from "../opCase.ts";
import { randomValues } from "../random.ts";

/** Cases of add, mul and relu: one element, and sizes that no workgroup or vector divides. */
export const elementwiseCases: readonly OpCase[] = ([[1], [2, 5, 3, 7], [3, 8, 4]] as const satisfies Shape[]).flatMap((shape, i) => {
  const input = (name: string, seed: number): OpInput => ({
    name,
    shape,
    data: randomValues(700 + 4 * i + seed, sizeOf(shape)),
    differentiable: true,
  });
  const x = input("x", 2);
  // At least 0.1 from the kink, so that differences see one side.
  const apart = { ...x, data: x.data.map((value) => value + 0.1 * (Math.sign(value) || 1)) };
  const elementwise = (
    op: string,
    inputs: readonly OpInput[],
    build: (...of: Tensor[]) => Tensor,
    f: (...of: number[]) => number,
  ): OpCase => ({
    op,
    name: `[${shape}]`,
    inputs,
    build: (tensors) => build(...tensors),
    reference: (values) => values[0]!.map((_, at) => f(...values.map((operand) => operand[at]!))),
  });
  return [
    elementwise(
      "add",
      [input("a", 0), input("b", 1)],
      (a, b) => add(a!, b!),
      (a, b) => a! + b!,
    ),
    elementwise(
      "mul",
      [input("a", 0), input("b", 1)],
      (a, b) => mul(a!, b!),
      (a, b) => a! * b!,
    ),
    elementwise(
      "relu",
      [apart],
      (t) => relu(t!),
      (value) => Math.max(value!, 0),
    ),
  ];
});
