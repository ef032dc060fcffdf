import type { Shape } from "@kindling/gpu";
import { record } from "../graph.ts";
import type { Tensor } from "../tensor.ts";
import { type RandomOptions, randomFillOp } from "./randomFill.ts";

/** Where normal numbers lie. */
export interface RandomNormalOptions extends RandomOptions {
  /** Default 0. */
  readonly mean?: number;
  /** Standard deviation; default 1. */
  readonly std?: number;
  /** Storage of the numbers; default f32. */
  readonly dtype?: "f32" | "f16";
}

/**
 * Normal numbers (Box and Muller 1958): key u32 [2] = (seed, step) → `shape`; drawn anew for each step as those of randomUniform. None is further
 * than 5.8 standard deviations from the mean.
 * @throws DTypeError or ShapeError when the key is not u32 [2], RangeError when the stream is no u32.
 */
export function randomNormal(key: Tensor, shape: Shape, { mean = 0, std = 1, dtype = "f32", stream }: RandomNormalOptions): Tensor {
  return record(randomFillOp, [key], { shape, dtype, distribution: "normal", stream, shift: mean, scale: std })[0]!;
}
