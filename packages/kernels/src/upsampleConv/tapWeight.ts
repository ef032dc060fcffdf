import { defineKernel, grid, type Kernel, threadIndex } from "../kernel.ts";
import { unroll, wgsl } from "../wgsl.ts";

/**
 * weight [3, 3, inChannels, outChannels] of a convolution, and [inChannels, 3, columnChannels] of the 1×1 convolution to its taps: for each column
 * of the kernel the channels of its three rows, and padding.
 */
export type TapWeightProblem = { readonly inChannels: number; readonly outChannels: number; readonly columnChannels: number };

const uniforms = { inChannels: "u32", outChannels: "u32", columnChannels: "u32" } as const;

/** Reorders the weight, zero in the padding: weight → tapWeight. */
export const tapWeightKernel: Kernel<TapWeightProblem, typeof uniforms> = defineKernel({
  name: "tapWeight",
  reads: ["weight"],
  writes: ["tapWeight"],
  f16: ["weight", "tapWeight"],
  uniforms,
  uniformValues: (problem: TapWeightProblem) => problem,
  variants: [
    {
      id: "scalar",
      supports: () => true,
      source: () => wgsl`
// One thread per input channel and channel of a column, for the three columns of the kernel.
${threadIndex(64)}
  if (index >= u.inChannels * u.columnChannels) { return; }
  let ci = index / u.columnChannels;
  let channel = index - ci * u.columnChannels;
  let kh = min(channel / u.outChannels, 2u);
  let co = min(channel - kh * u.outChannels, u.outChannels - 1u);
  let tap = u.inChannels * u.outChannels;
  let source = 3u * kh * tap + ci * u.outChannels + co;
  let destination = 3u * ci * u.columnChannels + channel;
  let used = channel < 3u * u.outChannels;
${unroll(3, (kw) => `  tapWeight[destination + ${kw}u * u.columnChannels] = TapWeightElement(select(0.0, f32(weight[source + ${kw}u * tap]), used));`)}
}`,
      workgroups: (p) => grid(p.inChannels * p.columnChannels, 64),
    },
  ],
  cost: (p) => ({ flops: 0, bytes: bytes(p) }),
});

/** The way back, which drops the padding: gradient of tapWeight → gradient of weight. */
export const tapWeightGradKernel: Kernel<TapWeightProblem, typeof uniforms> = defineKernel({
  name: "tapWeightGrad",
  reads: ["dTapWeight"],
  writes: ["dWeight"],
  uniforms,
  uniformValues: (problem: TapWeightProblem) => problem,
  variants: [
    {
      id: "scalar",
      supports: () => true,
      source: () => wgsl`
// One thread per channel in and out, for its nine taps.
${threadIndex(64)}
  let tap = u.inChannels * u.outChannels;
  if (index >= tap) { return; }
  let ci = index / u.outChannels;
  let source = 3u * ci * u.columnChannels + index - ci * u.outChannels;
${unroll(9, (t) => {
  const [kh, kw] = [Math.floor(t / 3), t % 3];
  return `  dWeight[index + ${t}u * tap] = dTapWeight[source + ${kw}u * u.columnChannels + ${kh}u * u.outChannels];`;
})}
}`,
      workgroups: (p) => grid(p.inChannels * p.outChannels, 64),
    },
  ],
  cost: (p) => ({ flops: 0, bytes: bytes(p) }),
});

function bytes(p: TapWeightProblem): number {
  return 12 * p.inChannels * (3 * p.outChannels + p.columnChannels);
}
