import { imageBandThreads } from "../imageBands.ts";
import { defineKernel, grid, type Kernel } from "../kernel.ts";
import { type MaxPool2dProblem, maxPool2dUniforms } from "../maxPool2d/maxPool2dProblem.ts";
import { source } from "./source.wgsl.ts";

/** Gradient of max pooling: dy, argmax → dx. Each input pixel asks the windows that contain it whether it is their maximum: no atomics. */
export const maxPool2dInputGradKernel: Kernel<MaxPool2dProblem, typeof maxPool2dUniforms> = defineKernel({
  name: "maxPool2dInputGrad",
  reads: ["dy", "argmax"],
  writes: ["dx"],
  f16: ["dy", "dx"],
  uniforms: maxPool2dUniforms,
  uniformValues: (problem: MaxPool2dProblem) => problem,
  variants: [
    { id: "scalar", supports: () => true, source: () => source(1), workgroups: (p) => grid(threads(p, 1), 64) },
    {
      id: "vector",
      supports: (p) => p.channels % 4 === 0,
      vectors: () => ["dy", "dx"],
      source: () => source(4),
      workgroups: (p) => grid(threads(p, 4), 64),
    },
  ],
  cost: (p) => {
    const inputs = p.batch * p.height * p.width * p.channels;
    return { flops: inputs * Math.ceil(p.kernel / p.stride) ** 2, bytes: 4 * inputs + 5 * p.batch * p.outHeight * p.outWidth * p.channels };
  },
});

function threads(p: MaxPool2dProblem, lanes: 1 | 4): number {
  return imageBandThreads(p.batch, p.height, (p.width * p.channels) / lanes);
}
