import type { Shape } from "@kindling/gpu";
import { record } from "../graph.ts";
import type { Tensor } from "../tensor.ts";
import { type RandomOptions, randomFillOp } from "./randomFill.ts";

/** Where uniform numbers lie. */
export interface RandomUniformOptions extends RandomOptions {
  /** Default 0. */
  readonly low?: number;
  /** Default 1; never reached, but by rounding of the sum, or to f16. */
  readonly high?: number;
  /** Storage of the numbers; default f32. */
  readonly dtype?: "f32" | "f16";
}

/**
 * Uniform numbers on [low, high): key u32 [2] = (seed, step) → `shape`. A function of key, stream and position alone (Philox4x32-10), so that a
 * program that is run again with another step draws new numbers, and with the same step the same.
 * @throws DTypeError or ShapeError when the key is not u32 [2], RangeError when the stream is no u32.
 */
export function randomUniform(key: Tensor, shape: Shape, { low = 0, high = 1, dtype = "f32", stream }: RandomUniformOptions): Tensor {
  return record(randomFillOp, [key], { shape, dtype, distribution: "uniform", stream, shift: low, scale: high - low })[0]!;
}
