import { sizeOf } from "@kindling/gpu";
import { dropoutKernel } from "@kindling/kernels";
import { record } from "../graph.ts";
import { dispatch, type Op } from "../op.ts";
import type { Tensor } from "../tensor.ts";
import { checkRandomKey, type RandomOptions } from "./randomFill.ts";

/** What is dropped, and when. */
export interface DropoutOptions extends RandomOptions {
  /** Probability that an element becomes 0, from 0 up to below 1. */
  readonly p: number;
  /** False gives x itself. */
  readonly training: boolean;
}

/**
 * x with elements dropped at random, and the others divided by 1 − p (Srivastava et al. 2014): x of any shape, key u32 [2] = (seed, step) → the
 * shape of x. The mask is a function of key, stream and position (Philox4x32-10): drawn anew for each step, and the same in the gradient.
 * @throws DTypeError or ShapeError when the key is not u32 [2], RangeError when the stream is no u32 or p not from 0 up to below 1.
 */
export function dropout(x: Tensor, key: Tensor, { p, stream, training }: DropoutOptions): Tensor {
  return training && p !== 0 ? record(dropoutOp, [x, key], { p, stream })[0]! : x;
}

/** The rule object of {@link dropout}; for a given mask it is linear, so it is its own gradient. */
export const dropoutOp: Op<{ readonly p: number; readonly stream: number }> = {
  name: "dropout",
  infer([x, key], { p, stream }) {
    checkRandomKey("dropout", key!, stream);
    // Beyond 1 − 2⁻³² no u32 tells a mask from none.
    if (!(p >= 0 && p <= 1 - 2 ** -32)) throw new RangeError(`dropout: p must be from 0 up to below 1; got ${p}`);
    return [{ shape: x!.shape, dtype: x!.dtype }];
  },
  lower: ({ inputs, outputs, attrs: { p, stream } }) => [
    dispatch(dropoutKernel, { size: sizeOf(outputs[0]!.shape), p, stream }, inputs, outputs),
  ],
  vjp: ({ inputs: [, key], attrs }, [dy]) => [record(dropoutOp, [dy!, key!], attrs)[0]!, null],
};
