import { defineKernel, grid, type Kernel, threadIndex } from "../kernel.ts";
import { philox } from "../wgsl/philox.wgsl.ts";
import { wgsl } from "../wgsl.ts";

/** x, y [size] with probability and stream of the mask: element i is kept where word i of the stream (see RandomFillProblem) is at least p · 2³². */
export type DropoutProblem = {
  readonly size: number;
  /** Probability that an element becomes 0, from 0 up to below 1. */
  readonly p: number;
  /** A u32 that keeps the masks of one layer apart from those of another. */
  readonly stream: number;
};

const uniforms = { size: "u32", stream: "u32", threshold: "u32", scale: "f32" } as const;

/**
 * y = x · mask / (1 − p): x, key → y. The mask is drawn again wherever it is needed, so it takes no memory; the gradient is the same kernel. As in
 * PyTorch the mask is multiplied by: NaN and infinity show even where they are dropped.
 */
export const dropoutKernel: Kernel<DropoutProblem, typeof uniforms> = defineKernel({
  name: "dropout",
  reads: ["x", "key"],
  writes: ["y"],
  f16: ["x", "y"],
  anyBits: ["key"],
  uniforms,
  uniformValues: ({ size, p, stream }: DropoutProblem) => ({ size, stream, threshold: Math.ceil(p * 2 ** 32), scale: 1 / (1 - p) }),
  variants: [
    {
      id: "scalar",
      supports: () => true,
      source: () =>
        source(`
  for (var i = 0u; i < min(4u, u.size - 4u * index); i++) {
    y[4u * index + i] = YElement(f32(x[4u * index + i]) * mask[i]);
  }`),
      workgroups: ({ size }) => grid(Math.ceil(size / 4), 64),
    },
    {
      id: "vector",
      supports: ({ size }) => size % 4 === 0,
      vectors: () => ["x", "y"],
      source: () => source("  y[index] = YElement(vec4f(x[index]) * mask);"),
      workgroups: ({ size }) => grid(size / 4, 64),
    },
  ],
  cost: ({ size }) => ({ flops: 20 * size, bytes: 8 * size }),
});

/** One thread for the four elements of a counter. */
function source(store: string): string {
  return wgsl`
${philox}
${threadIndex(64)}
  if (index >= (u.size + 3u) / 4u) { return; }
  let words = philox(vec4u(index, 0u, u.stream, 0u), vec2u(key[0], key[1]));
  var mask = select(vec4f(0.0), vec4f(u.scale), words >= vec4u(u.threshold));
${store}
}`;
}
