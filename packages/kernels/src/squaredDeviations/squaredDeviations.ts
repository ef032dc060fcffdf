import { defineKernel, grid, type Kernel, threadIndex } from "../kernel.ts";
import type { Lanes } from "../lanes.ts";
import { wgsl } from "../wgsl.ts";

/** x [rows, channels], mean [channels] → partial [splits, channels]. */
export type SquaredDeviationsProblem = { readonly rows: number; readonly channels: number; readonly splits: number };

const uniforms = { rows: "u32", channels: "u32", splits: "u32" } as const;

/** Σ (x − mean)² of each channel over equal ranges of the rows: a variance that stays exact where the mean is large. */
export const squaredDeviationsKernel: Kernel<SquaredDeviationsProblem, typeof uniforms> = defineKernel({
  name: "squaredDeviations",
  reads: ["x", "mean"],
  writes: ["partial"],
  f16: ["x"],
  uniforms,
  uniformValues: (problem: SquaredDeviationsProblem) => problem,
  variants: [
    { id: "scalar", supports: () => true, source: () => source(1), workgroups: (p) => grid(p.splits * p.channels, 64) },
    {
      id: "vector",
      supports: (p) => p.channels % 4 === 0,
      vectors: () => ["x", "mean", "partial"],
      source: () => source(4),
      workgroups: (p) => grid((p.splits * p.channels) / 4, 64),
    },
  ],
  cost: ({ rows, channels }) => ({ flops: 3 * rows * channels, bytes: 4 * rows * channels }),
});

/** One thread per split and `lanes` channels. */
function source(lanes: Lanes): string {
  const type = lanes === 4 ? "vec4f" : "f32";
  return wgsl`
${threadIndex(64)}
  let channels = u.channels / ${lanes}u;
  if (index >= u.splits * channels) { return; }
  let channel = index % channels;
  let split = index / channels;
  let rowsPerSplit = (u.rows + u.splits - 1u) / u.splits;
  let end = min(u.rows, (split + 1u) * rowsPerSplit);
  let center = mean[channel];
  var sum = ${type}(0.0);
  for (var row = split * rowsPerSplit; row < end; row++) {
    let deviation = ${type}(x[row * channels + channel]) - center;
    sum += deviation * deviation;
  }
  partial[index] = sum;
}`;
}
