import { type ConvReluMaxPool2dProblem, convReluMaxPool2dUniforms } from "../convReluMaxPool2d/convReluMaxPool2dProblem.ts";
import { defineKernel, grid, type Kernel } from "../kernel.ts";
import { direct } from "./direct.wgsl.ts";
import { patch } from "./patch.wgsl.ts";

/** Gradient of a pooled convolution's weight, as `splits` partial sums over equal ranges of the pooled pixels. */
export type ConvReluMaxPool2dWeightGradProblem = ConvReluMaxPool2dProblem & { readonly splits: number };

const uniforms: typeof convReluMaxPool2dUniforms & { readonly splits: "u32" } = { ...convReluMaxPool2dUniforms, splits: "u32" };

/**
 * dz, argmax, x → partial [splits, kernelHeight, kernelWidth, inChannels, outChannels], to be added in order (see sumSplits). dz is the gradient of the
 * pooled values before the ReLU. Each is multiplied with the pixels that its maximum was computed from, and no others: as many products as there are
 * pooled values, not outputs of the convolution.
 */
export const convReluMaxPool2dWeightGradKernel: Kernel<ConvReluMaxPool2dWeightGradProblem, typeof uniforms> = defineKernel({
  name: "convReluMaxPool2dWeightGrad",
  reads: ["dz", "argmax", "x"],
  writes: ["partial"],
  f16: ["dz", "x"],
  uniforms,
  uniformValues: (problem: ConvReluMaxPool2dWeightGradProblem) => problem,
  variants: [
    { id: "direct", supports: () => true, source: () => direct(), workgroups: (p) => grid(p.splits * weightSize(p), 64) },
    {
      id: "patch",
      supports: (p) => p.inChannels % 4 === 0 && weightSize(p) / p.outChannels <= 64,
      vectors: () => ["x"],
      source: (p) => patch(p),
      workgroups: (p) => grid(p.splits * p.outChannels, 64),
    },
  ],
  cost: (p) => {
    const pooled = p.batch * p.outHeight * p.outWidth * p.outChannels;
    const bytes = 5 * pooled + 4 * (p.batch * p.height * p.width * p.inChannels + p.splits * weightSize(p));
    return { flops: (2 * pooled * weightSize(p)) / p.outChannels, bytes };
  },
});

/** How many partial sums a problem has: as many as make a million numbers, but each of 128 pixels at least. */
export function pooledWeightGradSplits(p: ConvReluMaxPool2dProblem): number {
  const pixels = p.batch * p.outHeight * p.outWidth;
  return Math.max(1, Math.min(Math.ceil(1_000_000 / weightSize(p)), Math.floor(pixels / 128)));
}

/** Elements of the weight. */
function weightSize(p: ConvReluMaxPool2dProblem): number {
  return p.kernelHeight * p.kernelWidth * p.inChannels * p.outChannels;
}
