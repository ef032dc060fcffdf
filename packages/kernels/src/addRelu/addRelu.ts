import { defineKernel, grid, type Kernel, threadIndex } from "../kernel.ts";
import { wgsl } from "../wgsl.ts";

/** Tensors of `size` elements each. */
export type AddReluProblem = { readonly size: number };

const uniforms = { size: "u32" } as const;

/** max(a + b, 0), the end of a residual block: a, b → y. NaN passes through as in PyTorch. */
export const addReluKernel: Kernel<AddReluProblem, typeof uniforms> = defineKernel({
  name: "addRelu",
  reads: ["a", "b"],
  writes: ["y"],
  uniforms,
  uniformValues: (problem: AddReluProblem) => problem,
  variants: [
    { id: "scalar", supports: () => true, source: () => source(1), workgroups: ({ size }) => grid(size, 64) },
    {
      id: "vector",
      supports: ({ size }) => size % 4 === 0,
      vectors: () => ["a", "b", "y"],
      source: () => source(4),
      workgroups: ({ size }) => grid(size / 4, 64),
    },
  ],
  cost: ({ size }) => ({ flops: 2 * size, bytes: 12 * size }),
});

/** One thread per `lanes` elements. */
function source(lanes: 1 | 4): string {
  const zero = lanes === 4 ? "vec4f(0.0)" : "0.0";
  return wgsl`
${threadIndex(64)}
  if (index >= u.size / ${lanes}u) { return; }
  let sum = a[index] + b[index];
  y[index] = select(sum, ${zero}, sum < ${zero});
}`;
}
