import { type Aval, DTypeError, ShapeError, sameShape } from "@kindling/gpu";

/**
 * The rule of elementwise ops: operands of one shape and storage type give an output of both.
 * @throws ShapeError when the shapes differ, DTypeError when the types do.
 */
export function inferSameShape(op: string, inputs: readonly Aval[]): readonly [Aval] {
  const [first] = inputs;
  if (!first || inputs.some((input) => !sameShape(input.shape, first.shape)))
    throw new ShapeError(op, "operands must have one shape", ...inputs);
  if (inputs.some((input) => input.dtype !== first.dtype)) throw new DTypeError(op, "operands must be stored alike", ...inputs);
  return [{ shape: first.shape, dtype: first.dtype }];
}
