import { defineKernel, grid, type Kernel } from "../kernel.ts";
import type { Lanes } from "../lanes.ts";
import { rowBands, rowBandThreads } from "../rowBands.ts";
import { wgsl } from "../wgsl.ts";

/** x [rows, xChannels] from channel `xOffset` on → `channels` channels of y [rows, yChannels] from `yOffset` on. */
export type CopyChannelsProblem = {
  readonly rows: number;
  readonly channels: number;
  readonly xChannels: number;
  readonly xOffset: number;
  readonly yChannels: number;
  readonly yOffset: number;
};

const uniforms = { rows: "u32", channels: "u32", xChannels: "u32", xOffset: "u32", yChannels: "u32", yOffset: "u32" } as const;

/** Copies some channels of every pixel: one part of a concatenation, or a slice. What lies beside them in y stays. */
export const copyChannelsKernel: Kernel<CopyChannelsProblem, typeof uniforms> = defineKernel({
  name: "copyChannels",
  reads: ["x"],
  writes: ["y"],
  f16: ["x", "y"],
  uniforms,
  uniformValues: (problem: CopyChannelsProblem) => problem,
  variants: [
    { id: "scalar", supports: () => true, source: () => source(1), workgroups: (p) => grid(rowBandThreads(p.rows, p.channels), 64) },
    {
      id: "vector",
      supports: (p) => [p.channels, p.xChannels, p.xOffset, p.yChannels, p.yOffset].every((count) => count % 4 === 0),
      vectors: () => ["x", "y"],
      source: () => source(4),
      workgroups: (p) => grid(rowBandThreads(p.rows, p.channels / 4), 64),
    },
  ],
  cost: ({ rows, channels }) => ({ flops: 0, bytes: 8 * rows * channels }),
});

/** One thread per `lanes` channels of a band of rows. */
function source(lanes: Lanes): string {
  return wgsl`
${rowBands(lanes)}
  for (var row = firstRow; row < u.rows; row += bands) {
    y[(row * u.yChannels + u.yOffset) / ${lanes}u + channel] = YElement(x[(row * u.xChannels + u.xOffset) / ${lanes}u + channel]);
  }
}`;
}
