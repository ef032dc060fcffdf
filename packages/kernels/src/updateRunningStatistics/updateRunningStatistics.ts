import { defineKernel, grid, type Kernel, threadIndex } from "../kernel.ts";
import { wgsl } from "../wgsl.ts";

/** Statistics of `channels` channels over `rows` pixels. */
export type UpdateRunningStatisticsProblem = {
  readonly rows: number;
  readonly channels: number;
  readonly momentum: number;
  /** Leaves a channel alone whose batch has NaN or infinite statistics; default false. */
  readonly finiteOnly?: boolean;
};

const uniforms = { channels: "u32", momentum: "f32", correction: "f32" } as const;

/**
 * mean, variance (biased, of this batch) → runningMean and runningVariance moved towards them by `momentum`, in place; as in PyTorch the running
 * variance takes the unbiased one, variance · rows / (rows − 1).
 */
export const updateRunningStatisticsKernel: Kernel<UpdateRunningStatisticsProblem, typeof uniforms> = defineKernel({
  name: "updateRunningStatistics",
  reads: ["mean", "variance"],
  writes: ["runningMean", "runningVariance"],
  uniforms,
  uniformValues: ({ rows, channels, momentum }: UpdateRunningStatisticsProblem) => ({ channels, momentum, correction: rows / (rows - 1) }),
  variants: [
    {
      id: "scalar",
      supports: () => true,
      source: ({ finiteOnly = false }) => wgsl`
${threadIndex(64)}
  if (index >= u.channels) { return; }
  #if ${finiteOnly}
  // By the bits: a compiler may take floats as finite.
  let exponent = vec2u(0x7f800000u);
  if (any((bitcast<vec2u>(vec2f(mean[index], variance[index])) & exponent) == exponent)) { return; }
  #endif
  runningMean[index] = (1.0 - u.momentum) * runningMean[index] + u.momentum * mean[index];
  runningVariance[index] = (1.0 - u.momentum) * runningVariance[index] + u.momentum * u.correction * variance[index];
}`,
      workgroups: ({ channels }) => grid(channels, 64),
    },
  ],
  cost: ({ channels }) => ({ flops: 7 * channels, bytes: 24 * channels }),
});
