import { defineKernel, grid, type Kernel, threadIndex } from "../kernel.ts";
import { unroll, wgsl } from "../wgsl.ts";

/** x [size] → y [size]: `chains` (1 … 32) independent sums a thread, of `rounds` times 16 multiply–adds each. */
export type FmaPeakProblem = { readonly size: number; readonly chains: number; readonly rounds: number; readonly factor: number };

const uniforms = { size: "u32", rounds: "u32", factor: "f32" } as const;

/** Multiply–adds of one chain in one round. */
export const fmaPeakUnroll = 16;

/**
 * A benchmark of arithmetic alone, the ceiling that other kernels are held against: y[i] = Σ over c of the chain that starts at x[i] + c and
 * goes on as s ← s · factor + x[i]. Chains hide the latency of a multiply–add; the product and sum may or may not be contracted to one.
 */
export const fmaPeakKernel: Kernel<FmaPeakProblem, typeof uniforms> = defineKernel({
  name: "fmaPeak",
  reads: ["x"],
  writes: ["y"],
  uniforms,
  uniformValues: ({ size, rounds, factor }: FmaPeakProblem) => ({ size, rounds, factor }),
  variants: [
    {
      id: "multiplyAdd",
      supports: () => true,
      source: ({ chains }) => source(chains, (sum) => `${sum} * u.factor + start`),
      workgroups: ({ size }) => grid(size, 64),
    },
    {
      id: "fma",
      supports: () => true,
      source: ({ chains }) => source(chains, (sum) => `fma(${sum}, u.factor, start)`),
      workgroups: ({ size }) => grid(size, 64),
    },
  ],
  cost: ({ size, chains, rounds }) => ({ flops: 2 * size * chains * rounds * fmaPeakUnroll, bytes: 8 * size }),
});

const source = (chains: number, step: (sum: string) => string): string => wgsl`
${threadIndex(64)}
  if (index >= u.size) { return; }
  let start = x[index];
${unroll(chains, (c) => `  var s${c} = start + ${c}.0f;`)}
  for (var round = 0u; round < u.rounds; round++) {
${unroll(fmaPeakUnroll, () => unroll(chains, (c) => `    s${c} = ${step(`s${c}`)};`))}
  }
  var sum = 0.0f;
${unroll(chains, (c) => `  sum += s${c};`)}
  y[index] = sum;
}`;
