import type { Kernel } from "../kernel.ts";
import { type ElementwiseProblem, elementwise, type elementwiseUniforms } from "./elementwise.ts";

/** max(x, 0), where NaN passes through as in PyTorch (max() would drop it). */
export const reluKernel: Kernel<ElementwiseProblem, typeof elementwiseUniforms> = elementwise({
  name: "relu",
  reads: ["x"],
  write: "y",
  expression: "select(x, Value(0.0), x < Value(0.0))",
  flops: 1,
});

/** dy where the output y of a relu is above zero, else 0 (the derivative at 0 is 0, as in PyTorch). */
export const reluGradKernel: Kernel<ElementwiseProblem, typeof elementwiseUniforms> = elementwise({
  name: "reluGrad",
  reads: ["dy", "y"],
  write: "dx",
  expression: "select(dy, Value(0.0), y <= Value(0.0))",
  flops: 1,
});
