import { type Aval, ShapeError, sizeOf } from "@kindling/gpu";
import { type TransposeProblem, transposeKernel } from "@kindling/kernels";
import { record } from "../graph.ts";
import { dispatch, type Op } from "../op.ts";
import type { Tensor } from "../tensor.ts";

/** The last two axes exchanged: [...,m,n] → [...,n,m]. @throws ShapeError when x has fewer than two axes. */
export function transpose(x: Tensor): Tensor {
  return record(transposeOp, [x], {})[0]!;
}

/** The rule object of {@link transpose}. */
export const transposeOp: Op<object> = {
  name: "transpose",
  infer([x]) {
    const { rows, columns } = problemOf(x!);
    return [{ shape: [...x!.shape.slice(0, -2), columns, rows], dtype: x!.dtype }];
  },
  lower: ({ inputs, outputs }) => [dispatch(transposeKernel, problemOf(inputs[0]!), inputs, outputs)],
  vjp: (_, [dy]) => [transpose(dy!)],
};

function problemOf(x: Aval): TransposeProblem {
  const [rows, columns] = x.shape.slice(-2);
  if (rows === undefined || columns === undefined) throw new ShapeError("transpose", "x must have two axes or more", x);
  return { batch: sizeOf(x.shape.slice(0, -2)), rows, columns };
}
