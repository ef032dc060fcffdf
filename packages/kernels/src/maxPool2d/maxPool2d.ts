import { imageBandThreads } from "../imageBands.ts";
import { defineKernel, grid, type Kernel } from "../kernel.ts";
import { type MaxPool2dProblem, maxPool2dUniforms } from "./maxPool2dProblem.ts";
import { scalar } from "./scalar.wgsl.ts";
import { vector } from "./vector.wgsl.ts";

/**
 * Maximum over windows and where it was: x → y, argmax. As in PyTorch the first of equal maxima wins, and NaN wins over everything (the last NaN
 * of a window over the others). Offsets are stored because finding them again in the gradient reads every window kernel² times.
 */
export const maxPool2dKernel: Kernel<MaxPool2dProblem, typeof maxPool2dUniforms> = defineKernel({
  name: "maxPool2d",
  reads: ["x"],
  writes: ["y", "argmax"],
  f16: ["x", "y"],
  uniforms: maxPool2dUniforms,
  uniformValues: (problem: MaxPool2dProblem) => problem,
  variants: [
    { id: "scalar", supports: () => true, source: () => scalar(), workgroups: (p) => grid(threads(p), 64) },
    {
      id: "vector",
      supports: (p) => p.channels % 4 === 0,
      vectors: () => ["x", "y"],
      source: () => vector(),
      workgroups: (p) => grid(threads(p), 64),
    },
  ],
  cost: (p) => {
    const outputs = p.batch * p.outHeight * p.outWidth * p.channels;
    return { flops: outputs * p.kernel ** 2, bytes: 4 * p.batch * p.height * p.width * p.channels + 5 * outputs };
  },
});

function threads(p: MaxPool2dProblem): number {
  return imageBandThreads(p.batch, p.outHeight, p.outWidth * Math.ceil(p.channels / 4));
}
