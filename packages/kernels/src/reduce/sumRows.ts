import { defineKernel, grid, type Kernel, threadIndex } from "../kernel.ts";
import { wgsl } from "../wgsl.ts";

/** x [rows, xChannels], of which `channels` from `xOffset` on → partial [splits, channels]. */
export type SumRowsProblem = {
  readonly rows: number;
  readonly channels: number;
  readonly xChannels: number;
  readonly xOffset: number;
  readonly splits: number;
};

const uniforms = { rows: "u32", channels: "u32", xChannels: "u32", xOffset: "u32", splits: "u32" } as const;

/** Sums of each channel over equal ranges of the rows, e.g. the gradient of a bias; sumSplits adds the ranges. */
export const sumRowsKernel: Kernel<SumRowsProblem, typeof uniforms> = defineKernel({
  name: "sumRows",
  reads: ["x"],
  writes: ["partial"],
  f16: ["x"],
  uniforms,
  uniformValues: (problem: SumRowsProblem) => problem,
  variants: [
    {
      id: "direct",
      supports: () => true,
      source: () => wgsl`
${threadIndex(64)}
  if (index >= u.splits * u.channels) { return; }
  let channel = index % u.channels;
  let split = index / u.channels;
  let rowsPerSplit = (u.rows + u.splits - 1u) / u.splits;
  let end = min(u.rows, (split + 1u) * rowsPerSplit);
  var sum = 0.0;
  for (var row = split * rowsPerSplit; row < end; row++) {
    sum += f32(x[row * u.xChannels + u.xOffset + channel]);
  }
  partial[index] = sum;
}`,
      workgroups: ({ splits, channels }) => grid(splits * channels, 64),
    },
  ],
  cost: ({ rows, channels }) => ({ flops: rows * channels, bytes: 4 * rows * channels }),
});

/**
 * Ranges that fill a large GPU, of at least 32 rows each; no more than √rows, so that a thread that adds the ranges takes no longer than one that
 * makes them.
 */
export function sumRowsSplits(rows: number, channels: number): number {
  return Math.max(1, Math.min(Math.ceil(16_384 / channels), Math.ceil(rows / 32), Math.ceil(Math.sqrt(rows))));
}
