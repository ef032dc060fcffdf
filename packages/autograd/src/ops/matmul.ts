import { type Aval, DTypeError, ShapeError, sameShape, sizeOf } from "@kindling/gpu";
import { type MatmulProblem, matmulKernel } from "@kindling/kernels";
import { record } from "../graph.ts";
import { dispatch, type Op } from "../op.ts";
import type { Tensor } from "../tensor.ts";

/** Which operands are multiplied as their transposes; none when absent. */
export interface MatmulOptions {
  readonly transposeA?: boolean;
  readonly transposeB?: boolean;
}

/** Options with all defaults filled in. */
export type MatmulAttrs = Required<MatmulOptions>;

/**
 * Products of matrices: a [...batch,m,k], b [...batch,k,n] → [...batch,m,n]. With `transposeA` a lies as [...batch,k,m], with `transposeB` b as
 * [...batch,n,k]; nothing is transposed in memory, in the gradients neither.
 * @throws ShapeError when the batch axes differ or the inner sizes do, DTypeError when a and b are not stored alike.
 */
export function matmul(a: Tensor, b: Tensor, { transposeA = false, transposeB = false }: MatmulOptions = {}): Tensor {
  return record(matmulOp, [a, b], { transposeA, transposeB })[0]!;
}

/** The rule object of {@link matmul}. */
export const matmulOp: Op<MatmulAttrs> = {
  name: "matmul",
  infer([a, b], attrs) {
    const { m, n } = problemOf(a!, b!, attrs);
    return [{ shape: [...a!.shape.slice(0, -2), m, n], dtype: a!.dtype }];
  },
  lower: ({ inputs, outputs, attrs }) => [dispatch(matmulKernel, problemOf(inputs[0]!, inputs[1]!, attrs), inputs, outputs)],
  // dA = dy · bᵀ and dB = aᵀ · dy; the gradient of an operand that lies transposed is the transposed product.
  vjp: ({ inputs: [a, b], attrs: { transposeA, transposeB } }, [dy], [needA, needB]) => [
    needA
      ? transposeA
        ? matmul(b!, dy!, { transposeA: transposeB, transposeB: true })
        : matmul(dy!, b!, { transposeB: !transposeB })
      : null,
    needB
      ? transposeB
        ? matmul(dy!, a!, { transposeA: true, transposeB: transposeA })
        : matmul(a!, dy!, { transposeA: !transposeA })
      : null,
  ],
};

function problemOf(a: Aval, b: Aval, { transposeA, transposeB }: MatmulAttrs): MatmulProblem {
  const batch = a.shape.slice(0, -2);
  if (a.shape.length < 2 || b.shape.length < 2 || !sameShape(batch, b.shape.slice(0, -2))) {
    throw new ShapeError("matmul", "operands must be matrices with the same batch axes", a, b);
  }
  if (a.dtype !== b.dtype) throw new DTypeError("matmul", "operands must be stored alike", a, b);
  const [aRows = 0, aColumns = 0] = a.shape.slice(-2);
  const [bRows = 0, bColumns = 0] = b.shape.slice(-2);
  const [m, k] = transposeA ? [aColumns, aRows] : [aRows, aColumns];
  const [inner, n] = transposeB ? [bColumns, bRows] : [bRows, bColumns];
  if (inner !== k) throw new ShapeError("matmul", `inner sizes ${k} and ${inner} differ`, a, b);
  return { batch: sizeOf(batch), m, k, n, transposeA, transposeB };
}
