import { defineKernel, grid, type Kernel, threadIndex } from "../kernel.ts";
import type { Lanes } from "../lanes.ts";
import { wgsl } from "../wgsl.ts";
import { type AttentionMapProblem, attentionMapUniforms } from "./attentionMap.ts";

/** x [pixels, channels], slope [pixels], dy [] → dx = dy · slope · x. */
export const attentionTransferGradKernel: Kernel<AttentionMapProblem, typeof attentionMapUniforms> = defineKernel({
  name: "attentionTransferGrad",
  reads: ["x", "slope", "dy"],
  writes: ["dx"],
  f16: ["x", "dx"],
  uniforms: attentionMapUniforms,
  uniformValues: (problem: AttentionMapProblem) => problem,
  variants: [
    { id: "scalar", supports: () => true, source: () => source(1), workgroups: ({ pixels, channels }) => grid(pixels * channels, 64) },
    {
      id: "vector",
      supports: ({ channels }) => channels % 4 === 0,
      vectors: () => ["x", "dx"],
      source: () => source(4),
      workgroups: ({ pixels, channels }) => grid((pixels * channels) / 4, 64),
    },
  ],
  cost: ({ pixels, channels }) => ({ flops: 2 * pixels * channels, bytes: 4 * pixels * (2 * channels + 1) }),
});

/** One thread an element, or four of a pixel. */
function source(lanes: Lanes): string {
  return wgsl`
${threadIndex(64)}
  let channels = u.channels / ${lanes}u;
  if (index >= u.pixels * channels) { return; }
  dx[index] = DxElement(dy[0] * slope[index / channels] * ${lanes === 4 ? "vec4f" : "f32"}(x[index]));
}`;
}
