import { sameShape } from "@kindling/gpu";
import { record } from "../graph.ts";
import type { Tensor } from "../tensor.ts";
import { productSumOp, sumOp } from "./sum.ts";

/** scale · x, summed to the shape of `like`, which broadcasts to x, and stored as it: the gradient of an operand that was broadcast. */
export function sumToShape(x: Tensor, like: Tensor, scale = 1): Tensor {
  if (scale === 1 && sameShape(x.shape, like.shape) && x.dtype === like.dtype) return x;
  return record(sumOp, [x], { kept: like.shape, shape: like.shape, dtype: like.dtype, scale })[0]!;
}

/** The same of a · b, operands of one shape; their product is never in memory. */
export function productSumToShape(a: Tensor, b: Tensor, like: Tensor, scale = 1): Tensor {
  return record(productSumOp, [a, b], { kept: like.shape, shape: like.shape, dtype: like.dtype, scale })[0]!;
}
