import { defineKernel, grid, type Kernel, threadIndex } from "../kernel.ts";
import { wgsl } from "../wgsl.ts";

/** x [size] → y [size]. */
export type CopyBandwidthProblem = { readonly size: number };

const uniforms = { size: "u32" } as const;

/** A benchmark of memory alone, the ceiling that other kernels are held against: y = x, each byte read once and written once. */
export const copyBandwidthKernel: Kernel<CopyBandwidthProblem, typeof uniforms> = defineKernel({
  name: "copyBandwidth",
  reads: ["x"],
  writes: ["y"],
  uniforms,
  uniformValues: (problem: CopyBandwidthProblem) => problem,
  variants: [
    {
      id: "scalar",
      supports: () => true,
      source: () => wgsl`
${threadIndex(256)}
  if (index >= u.size) { return; }
  y[index] = x[index];
}`,
      workgroups: ({ size }) => grid(size, 256),
    },
    {
      id: "vector",
      supports: ({ size }) => size % 4 === 0,
      vectors: () => ["x", "y"],
      source: () => wgsl`
${threadIndex(256)}
  if (index >= u.size / 4u) { return; }
  y[index] = x[index];
}`,
      workgroups: ({ size }) => grid(size / 4, 256),
    },
  ],
  cost: ({ size }) => ({ flops: 0, bytes: 8 * size }),
});
