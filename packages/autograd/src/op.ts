import type { Aval } from "@kindling/gpu";
import type { Kernel, Problem } from "@kindling/kernels";
import type { Tensor } from "./tensor.ts";

/** A computation on tensors: shape rule, lowering to kernels, derivative. */
export interface Op<A = unknown> {
  readonly name: string;
  /** Shape and dtype rule. Throws ShapeError or DTypeError at the model's line. */
  infer(inputs: readonly Aval[], attrs: A): readonly Aval[];
  /** The kernel calls that compute the outputs, in order. */
  lower(call: LowerCall<A>): readonly Dispatch[];
  /** Pulls cotangents of the outputs back to the inputs, as more nodes of the same graph. */
  readonly vjp: Vjp<A> | "not differentiable";
  /**
   * Records the outputs of `node` again from `inputs`, for an op that can do better than being recorded again: values that are small it gives
   * as they are. Same bits.
   */
  readonly repeat?: (node: Node<A>, inputs: readonly Tensor[]) => readonly Tensor[];
  /** Inputs that the op overwrites; each must be a variable. Such a node always runs. */
  readonly mutates?: readonly number[];
}

/** Gradients of the inputs; cotangents of outputs that nothing used are undefined, `needed` says which inputs want a gradient. */
export type Vjp<A> = (node: Node<A>, cotangents: readonly (Tensor | undefined)[], needed: readonly boolean[]) => readonly (Tensor | null)[];

/** One recorded call of an op. */
export interface Node<A = unknown> {
  readonly op: Op<A>;
  readonly inputs: readonly Tensor[];
  readonly attrs: A;
  readonly outputs: readonly Tensor[];
  /** Path of the module that recorded the call, or whose call it is the gradient of; "" outside of modules. */
  readonly path: string;
  /** Whose nodes are recorded again in the backward pass; null where values are kept. */
  readonly checkpoint: Checkpoint | null;
}

/** A part of a graph whose inner values are computed again where gradients need them. */
export interface Checkpoint {
  /** In the order in which they were recorded. */
  readonly nodes: readonly Node[];
  /** What the part gave back: kept, as what follows reads it. */
  readonly outputs: ReadonlySet<Tensor>;
}

/** What an op is asked to lower. */
export interface LowerCall<A> {
  readonly inputs: readonly Aval[];
  readonly outputs: readonly Aval[];
  readonly attrs: A;
  /** Memory that lives for this op alone, e.g. the partial sums of a split reduction. */
  scratch(aval: Aval): Aval;
}

/** One kernel call; reads and writes are inputs, outputs or scratch of the op's call. */
export interface Dispatch {
  readonly kernel: Kernel;
  readonly problem: Problem;
  readonly reads: readonly Aval[];
  readonly writes: readonly Aval[];
}

/** A dispatch whose problem is checked against its kernel's. */
export function dispatch<P extends Problem>(
  kernel: Kernel<P, never> | Kernel<P>,
  problem: NoInfer<P>,
  reads: readonly Aval[],
  writes: readonly Aval[],
): Dispatch {
  // A kernel is only ever called with problems of its own: that is what this function checks.
  return { kernel: kernel as unknown as Kernel, problem, reads, writes };
}
