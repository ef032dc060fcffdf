import { type Aval, DTypeError, ShapeError } from "@kindling/gpu";
import { type BinaryKernel, broadcastProblem, broadcastRuns } from "@kindling/kernels";
import { type Dispatch, dispatch } from "../op.ts";

/**
 * The rule of ops on a and a b that broadcasts to it: a gives the output its shape and storage type. b may stay f32 beside an f16 a, as
 * parameters and statistics do.
 * @throws ShapeError when b is neither of a's shape nor, axes aligned right, of sizes that equal a's or are 1; DTypeError for another type of b.
 */
export function inferBroadcast(op: string, [a, b]: readonly Aval[]): readonly [Aval] {
  const runs = broadcastRuns(a!.shape, b!.shape);
  if (!runs) throw new ShapeError(op, "the second operand must have the shape of the first or broadcast to it", a!, b!);
  if (runs.length > 4) throw new ShapeError(op, "the second operand broadcasts along too many separate axes", a!, b!);
  if (b!.dtype !== a!.dtype && b!.dtype !== "f32") {
    throw new DTypeError(op, "the second operand must be stored as the first, or as f32", a!, b!);
  }
  return [{ shape: a!.shape, dtype: a!.dtype }];
}

/** The call of a kernel whose last operand broadcasts to the others. */
export function broadcastDispatch(kernel: BinaryKernel, inputs: readonly Aval[], outputs: readonly Aval[]): Dispatch {
  return dispatch(kernel, broadcastProblem(outputs[0]!.shape, inputs.at(-1)!.shape), inputs, outputs);
}
