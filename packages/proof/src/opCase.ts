import type { Tensor } from "@kindling/autograd";
import type { Shape } from "@kindling/gpu";

/** One operand of a case. */
export interface OpInput {
  readonly name: string;
  readonly shape: Shape;
  readonly data: Float32Array;
  /** Whether its gradient is checked. */
  readonly differentiable: boolean;
  /** Stays f32 when the op is checked in f16: biases, masks, statistics, weights of loss terms. */
  readonly f32?: boolean;
  /** Stored as u32, whole numbers below 2²⁴ in `data`: seeds, indices. */
  readonly u32?: boolean;
}

/** One call of an op with its float64 definition: what `gradcheck`, and the tests of ops, run. */
export interface OpCase {
  /** The op's name, as `kindling gradcheck OP` takes it. */
  readonly op: string;
  readonly name: string;
  readonly inputs: readonly OpInput[];
  /** Why the op takes no f16, a clause; absent where it does. */
  readonly f32Only?: string;
  /** Records the op. Operands lie h away from kinks, so that differences see one side. */
  build(inputs: readonly Tensor[]): Tensor;
  /** The same function in float64, flat, in the order of the tensor that `build` returns. */
  reference(inputs: readonly Float64Array[]): Float64Array;
}

/** How an operand is stored when the op is checked in `dtype`. */
export function storageOf({ f32, u32 }: OpInput, dtype: "f32" | "f16"): "f32" | "f16" | "u32" {
  if (u32) return "u32";
  return f32 ? "f32" : dtype;
}
