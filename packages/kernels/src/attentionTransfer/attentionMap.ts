import { defineKernel, grid, type Kernel, threadIndex } from "../kernel.ts";
import type { Lanes } from "../lanes.ts";
import { wgsl } from "../wgsl.ts";

/** Features [pixels, channels]. */
export type AttentionMapProblem = { readonly pixels: number; readonly channels: number };

/** Uniform fields of {@link AttentionMapProblem}. */
export const attentionMapUniforms = { pixels: "u32", channels: "u32" } as const;

/** x [pixels, channels] → attention [pixels], the mean of the squares of each pixel's channels. */
export const attentionMapKernel: Kernel<AttentionMapProblem, typeof attentionMapUniforms> = defineKernel({
  name: "attentionMap",
  reads: ["x"],
  writes: ["attention"],
  f16: ["x"],
  uniforms: attentionMapUniforms,
  uniformValues: (problem: AttentionMapProblem) => problem,
  variants: [
    { id: "scalar", supports: () => true, source: () => source(1), workgroups: ({ pixels }) => grid(pixels, 64) },
    {
      id: "vector",
      supports: ({ channels }) => channels % 4 === 0,
      vectors: () => ["x"],
      source: () => source(4),
      workgroups: ({ pixels }) => grid(pixels, 64),
    },
  ],
  cost: ({ pixels, channels }) => ({ flops: 2 * pixels * channels, bytes: 4 * pixels * (channels + 1) }),
});

/** One thread a pixel. */
function source(lanes: Lanes): string {
  const type = lanes === 4 ? "vec4f" : "f32";
  return wgsl`
${threadIndex(64)}
  if (index >= u.pixels) { return; }
  let channels = u.channels / ${lanes}u;
  var sum = ${type}(0.0);
  for (var i = index * channels; i < (index + 1u) * channels; i++) {
    let value = ${type}(x[i]);
    sum += value * value;
  }
  attention[index] = ${lanes === 4 ? "dot(sum, vec4f(1.0))" : "sum"} / f32(u.channels);
}`;
}
