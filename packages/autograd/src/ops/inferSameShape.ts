import { type Aval, ShapeError, sameShape } from "@kindling/gpu";

/** The shape rule of elementwise ops: operands of one shape give an output of that shape. @throws ShapeError when they differ. */
export function inferSameShape(op: string, inputs: readonly Aval[]): readonly [Aval] {
  const [first] = inputs;
  if (!first || inputs.some((input) => !sameShape(input.shape, first.shape)))
    throw new ShapeError(op, "operands must have one shape", ...inputs);
  return [{ shape: first.shape, dtype: first.dtype }];
}
