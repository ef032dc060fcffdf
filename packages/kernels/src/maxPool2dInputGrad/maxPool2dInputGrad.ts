import { imageBandVariants } from "../imageBands.ts";
import { defineKernel, type Kernel } from "../kernel.ts";
import { type MaxPool2dProblem, maxPool2dUniforms } from "../maxPool2d/maxPool2dProblem.ts";
import { source } from "./source.wgsl.ts";

/** Gradient of max pooling: dy, argmax → dx. Each input pixel asks the windows that contain it whether it is their maximum: no atomics. */
export const maxPool2dInputGradKernel: Kernel<MaxPool2dProblem, typeof maxPool2dUniforms> = defineKernel({
  name: "maxPool2dInputGrad",
  reads: ["dy", "argmax"],
  writes: ["dx"],
  f16: ["dy", "dx"],
  anyBits: ["argmax"],
  uniforms: maxPool2dUniforms,
  uniformValues: (problem: MaxPool2dProblem) => problem,
  variants: imageBandVariants(({ height, width }) => [height, width], ["dy", "dx"], source),
  cost: (p) => {
    const inputs = p.batch * p.height * p.width * p.channels;
    return { flops: inputs * Math.ceil(p.kernel / p.stride) ** 2, bytes: 4 * inputs + 5 * p.batch * p.outHeight * p.outWidth * p.channels };
  },
});
