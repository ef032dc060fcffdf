import { type BroadcastProblem, broadcastIndex } from "../binary/broadcastRuns.ts";
import { defineKernel, grid, type Kernel, threadIndex } from "../kernel.ts";
import { wgsl } from "../wgsl.ts";

/** x, which broadcasts to y, → y = scale · x. */
export type SpreadProblem = BroadcastProblem & { readonly scale: number };

const uniforms = { size: "u32", run0: "u32", run1: "u32", run2: "u32", scale: "f32" } as const;

/** One number for every element of the axes that were summed: the gradient of a sum (scale 1) or of a mean (scale 1 / count). */
export const spreadKernel: Kernel<SpreadProblem, typeof uniforms> = defineKernel({
  name: "spread",
  reads: ["x"],
  writes: ["y"],
  f16: ["x", "y"],
  uniforms,
  uniformValues: (problem: SpreadProblem) => problem,
  variants: [
    {
      id: "scalar",
      supports: () => true,
      source: (problem) => wgsl`
${threadIndex(64)}
  if (index >= u.size) { return; }
  y[index] = YElement(u.scale * f32(x[${broadcastIndex(problem, "index")}]));
}`,
      workgroups: ({ size }) => grid(size, 64),
    },
    {
      id: "vector",
      supports: ({ run0 }) => run0 % 4 === 0,
      vectors: ({ repeats }) => (repeats ? ["y"] : ["x", "y"]),
      source: (problem) => wgsl`
${threadIndex(64)}
  let at = 4u * index;
  if (at >= u.size) { return; }
  let xAt = ${broadcastIndex(problem, "at")};
  #if ${problem.repeats}
  y[index] = YElement(vec4f(u.scale * f32(x[xAt])));
  #else
  y[index] = YElement(u.scale * vec4f(x[xAt / 4u]));
  #endif
}`,
      workgroups: ({ size }) => grid(size / 4, 64),
    },
  ],
  cost: ({ size }) => ({ flops: size, bytes: 4 * size }),
});
