import { defineKernel, grid, type Kernel } from "../kernel.ts";
import { rowBands, rowBandThreads } from "../rowBands.ts";
import { wgsl } from "../wgsl.ts";

/** x, y [rows, channels]; `order` lists the channel of x that each channel of y is: "0,2,1". */
export type PermuteChannelsProblem = {
  readonly rows: number;
  readonly channels: number;
  readonly order: string;
};

const uniforms = { rows: "u32", channels: "u32" } as const;

/** Channels in another order, e.g. those of left and right joints exchanged: x → y. */
export const permuteChannelsKernel: Kernel<PermuteChannelsProblem, typeof uniforms> = defineKernel({
  name: "permuteChannels",
  reads: ["x"],
  writes: ["y"],
  f16: ["x", "y"],
  uniforms,
  uniformValues: ({ rows, channels }: PermuteChannelsProblem) => ({ rows, channels }),
  variants: [
    {
      id: "scalar",
      supports: () => true,
      source: ({ channels, order }) => wgsl`
const order = array<u32, ${channels}>(${order});
${rowBands(1)}
  let xChannel = order[channel];
  for (var row = firstRow; row < u.rows; row += bands) {
    y[row * channels + channel] = YElement(x[row * channels + xChannel]);
  }
}`,
      workgroups: (p) => grid(rowBandThreads(p.rows, p.channels), 64),
    },
  ],
  cost: (p) => ({ flops: 0, bytes: 8 * p.rows * p.channels }),
});
