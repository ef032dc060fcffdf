import { type ElementwiseProblem, elementwise, type elementwiseUniforms } from "../elementwise/elementwise.ts";
import type { Kernel } from "../kernel.ts";
import { type ActivationName, activationSource, activations } from "../wgsl/activation.wgsl.ts";

/** Tensors of `size` elements each, and the activation's parameters by name. */
export type ActivationProblem = ElementwiseProblem & Readonly<Record<string, number>>;

/** A kernel for each activation. */
export type ActivationKernels = Readonly<Record<ActivationName, Kernel<ActivationProblem, typeof elementwiseUniforms>>>;

/** The activation of every element: x → y. */
export const activationKernels: ActivationKernels = each((name) =>
  elementwise({
    name,
    reads: ["x"],
    write: "y",
    functions: (problem) => activationSource(name, problem),
    expression: "activation(x)",
    flops: activations[name].flops,
  }),
);

/** dy times the derivative at x → dx; where the derivative is 0 nothing passes, not even infinity. */
export const activationGradKernels: ActivationKernels = each((name) =>
  elementwise({
    name: `${name}Grad`,
    reads: ["dy", "x"],
    write: "dx",
    functions: (problem) => activationSource(name, problem) + masked,
    expression: "masked(dy, derivative(x))",
    flops: activations[name].flops,
  }),
);

const masked = `
fn masked(dy: Value, slope: Value) -> Value { return select(dy * slope, Value(0.0), slope == Value(0.0)); }`;

function each(make: (name: ActivationName) => ActivationKernels[ActivationName]): ActivationKernels {
  // Object.keys forgets that the names are all there are.
  const names = Object.keys(activations) as ActivationName[];
  return Object.fromEntries(names.map((name) => [name, make(name)])) as ActivationKernels;
}
