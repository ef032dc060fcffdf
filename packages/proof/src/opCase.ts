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
