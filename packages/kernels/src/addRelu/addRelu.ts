import { type ElementwiseProblem, elementwise, type elementwiseUniforms } from "../elementwise/elementwise.ts";
import type { Kernel } from "../kernel.ts";

/** max(a + b, 0), the end of a residual block: a, b → y. NaN passes through as in PyTorch. */
export const addReluKernel: Kernel<ElementwiseProblem, typeof elementwiseUniforms> = elementwise({
  name: "addRelu",
  reads: ["a", "b"],
  write: "y",
  expression: "select(a + b, Value(0.0), a + b < Value(0.0))",
  flops: 2,
});
