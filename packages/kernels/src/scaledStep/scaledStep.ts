import { defineKernel, type Kernel } from "../kernel.ts";
import { wgsl } from "../wgsl.ts";

/** steps [rows, scalars], finite [], lossScale [3] → stepScalars [scalars + 2], and lossScale itself. */
export type ScaledStepProblem = {
  readonly rows: number;
  readonly scalars: number;
  /** What the scale is multiplied by after `growthInterval` good steps, and after a bad one. */
  readonly growthFactor: number;
  readonly backoffFactor: number;
  readonly growthInterval: number;
};

const uniforms = { rows: "u32", scalars: "u32", growthFactor: "f32", backoffFactor: "f32", growthInterval: "f32" } as const;

/**
 * Decides on the GPU what an update of scaled gradients does. lossScale = [scale, good steps since it last changed, skipped steps]; row r of
 * steps holds the scalars of an update when r steps were skipped, and stands for more in the last. stepScalars is the row of the skipped
 * steps, then 1 / scale, then `finite`: 1, or 0 where a gradient overflowed and nothing may be written (unscaledGradient). Then lossScale
 * is moved as by torch.amp's GradScaler, within 2^±64, whose inverses are normal numbers.
 */
export const scaledStepKernel: Kernel<ScaledStepProblem, typeof uniforms> = defineKernel({
  name: "scaledStep",
  reads: ["steps", "finite"],
  writes: ["lossScale", "stepScalars"],
  uniforms,
  uniformValues: (problem: ScaledStepProblem) => problem,
  variants: [
    {
      id: "thread",
      supports: () => true,
      source: () => wgsl`
@compute @workgroup_size(1)
fn main() {
  let scale = lossScale[0];
  let goodSteps = lossScale[1];
  let skippedSteps = lossScale[2];
  let row = min(u32(skippedSteps), u.rows - 1u);
  for (var i = 0u; i < u.scalars; i++) { stepScalars[i] = steps[row * u.scalars + i]; }
  stepScalars[u.scalars] = 1.0 / scale;
  stepScalars[u.scalars + 1u] = finite[0];
  if (finite[0] == 0.0) {
    lossScale[0] = max(scale * u.backoffFactor, 0x1p-64f);
    lossScale[1] = 0.0;
    lossScale[2] = skippedSteps + 1.0;
  } else if (goodSteps + 1.0 >= u.growthInterval) {
    lossScale[0] = min(scale * u.growthFactor, 0x1p64f);
    lossScale[1] = 0.0;
  } else {
    lossScale[1] = goodSteps + 1.0;
  }
}`,
      workgroups: () => [1, 1, 1],
    },
  ],
  cost: ({ scalars }) => ({ flops: 4, bytes: 8 * scalars + 36 }),
});
