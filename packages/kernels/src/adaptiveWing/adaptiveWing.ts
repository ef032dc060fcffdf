import { defineKernel, grid, type Kernel } from "../kernel.ts";
import { type AdaptiveWingProblem, adaptiveWingUniforms, adaptiveWingUniformValues } from "./adaptiveWingProblem.ts";
import { rows } from "./rows.wgsl.ts";

/**
 * Adaptive wing loss (Wang, Bo, Fuxin 2019, "Adaptive Wing Loss for Robust Face Alignment via Heatmap Regression") with its weighted map:
 * prediction, target, mask [batch, joints], factor [] → partial [splits, batch, joints], whose sum is factor · Σ importance · loss.
 */
export const adaptiveWingKernel: Kernel<AdaptiveWingProblem, typeof adaptiveWingUniforms> = define(false);

/** Operands of the forward kernel and dy [] → dprediction [batch, height, width, joints]. */
export const adaptiveWingGradKernel: Kernel<AdaptiveWingProblem, typeof adaptiveWingUniforms> = define(true);

function define(gradient: boolean): Kernel<AdaptiveWingProblem, typeof adaptiveWingUniforms> {
  // `target` is a word that WGSL reserves.
  const reads = ["prediction", "target_", "mask", "factor"];
  return defineKernel({
    name: gradient ? "adaptiveWingGrad" : "adaptiveWing",
    reads: gradient ? [...reads, "dy"] : reads,
    writes: gradient ? ["dprediction"] : ["partial"],
    f16: gradient ? ["prediction", "target_", "dprediction"] : ["prediction", "target_"],
    uniforms: adaptiveWingUniforms,
    uniformValues: adaptiveWingUniformValues,
    variants: [
      {
        id: "rows",
        supports: () => true,
        source: () => rows(gradient),
        workgroups: ({ outer, inner, splits }) => grid(outer * inner * splits, 64),
      },
    ],
    cost: (p) => ({ flops: 60 * pixels(p), bytes: (gradient ? 20 : 16) * pixels(p) }),
  });
}

function pixels({ outer, length, width, inner }: AdaptiveWingProblem): number {
  return outer * length * width * inner;
}
