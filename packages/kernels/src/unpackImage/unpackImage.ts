import { defineKernel, grid, type Kernel, threadIndex } from "../kernel.ts";
import { wgsl } from "../wgsl.ts";

/** `pixels` packed pixels and, for each of the output's first three channels, what normalises its byte: value = byte · scale + shift. */
export type UnpackImageProblem = {
  readonly pixels: number;
  /** Which byte the output's first channel is: "rgb" keeps the bytes' order, "bgr" puts blue first. */
  readonly channelOrder: "rgb" | "bgr";
  readonly scale0: number;
  readonly scale1: number;
  readonly scale2: number;
  readonly shift0: number;
  readonly shift1: number;
  readonly shift2: number;
};

const uniforms = { pixels: "u32", scale0: "f32", scale1: "f32", scale2: "f32", shift0: "f32", shift1: "f32", shift2: "f32" } as const;

/** Images as the loader uploads them → what a network reads: x u32 [pixels], bytes R, G, B, A from the lowest → y [pixels, 4], fourth channel 0. */
export const unpackImageKernel: Kernel<UnpackImageProblem, typeof uniforms> = defineKernel({
  name: "unpackImage",
  reads: ["x"],
  writes: ["y"],
  f16: ["y"],
  uniforms,
  uniformValues: (problem: UnpackImageProblem) => problem,
  variants: [
    {
      id: "vector",
      vectors: () => ["y"],
      supports: () => true,
      source: ({ channelOrder }) => wgsl`
${threadIndex(64)}
  if (index >= u.pixels) { return; }
  let packed = x[index];
  let bytes = vec3f(f32(packed & 255u), f32((packed >> 8u) & 255u), f32((packed >> 16u) & 255u)).${channelOrder};
  y[index] = YElement(vec4f(bytes * vec3f(u.scale0, u.scale1, u.scale2) + vec3f(u.shift0, u.shift1, u.shift2), 0.0));
}`,
      workgroups: ({ pixels }) => grid(pixels, 64),
    },
  ],
  cost: ({ pixels }) => ({ flops: 6 * pixels, bytes: 20 * pixels }),
});
