import { type Aval, DTypeError, type Shape, ShapeError, sizeOf } from "@kindling/gpu";
import { type RandomFillProblem, randomFillKernel } from "@kindling/kernels";
import { dispatch, type Op } from "../op.ts";

/** What every use of random numbers says. */
export interface RandomOptions {
  /** A u32 of its own for each use in a graph: uses of one stream and one key get the same numbers. */
  readonly stream: number;
}

/** Attributes of {@link randomFillOp}: numbers of a distribution, times `scale`, plus `shift`. */
export interface RandomFillAttrs extends RandomOptions {
  readonly shape: Shape;
  readonly dtype: "f32" | "f16";
  readonly distribution: RandomFillProblem["distribution"];
  readonly shift: number;
  readonly scale: number;
}

/** The rule object of randomUniform and randomNormal: key → numbers. */
export const randomFillOp: Op<RandomFillAttrs> = {
  name: "randomFill",
  infer([key], { shape, dtype, stream }) {
    checkRandomKey("randomFill", key!, stream);
    return [{ shape, dtype }];
  },
  lower: ({ inputs, outputs, attrs: { shape, distribution, stream, shift, scale } }) => [
    dispatch(randomFillKernel, { size: sizeOf(shape), distribution, stream, shift, scale }, inputs, outputs),
  ],
  vjp: "not differentiable",
};

/** @throws DTypeError or ShapeError when the key is not u32 [2], RangeError when the stream is no u32. */
export function checkRandomKey(op: string, key: Aval, stream: number): void {
  if (key.dtype !== "u32") throw new DTypeError(op, "the key must hold whole numbers, u32", key);
  if (key.shape.length !== 1 || key.shape[0] !== 2) throw new ShapeError(op, "the key must be [2], seed and step", key);
  if (stream >>> 0 !== stream) throw new RangeError(`${op}: the stream must be a whole number from 0 to 2³² − 1; got ${stream}`);
}
