import { defineKernel, grid, type Kernel, threadIndex } from "../kernel.ts";
import { unroll, wgsl } from "../wgsl.ts";

/** x [size] → y [size]: for each element `chains` independent sums, of `rounds` times `unroll` multiply–adds each. */
export type FmaPeakProblem = {
  readonly size: number;
  readonly chains: number;
  /** Multiply–adds of one chain in one round: written out, so that the loop does not count. */
  readonly unroll: number;
  readonly rounds: number;
  readonly factor: number;
  /** Whether a thread has four elements in a vector; then `size` is a multiple of 4. */
  readonly vector: boolean;
  readonly workgroupSize: number;
};

const uniforms = { size: "u32", rounds: "u32", factor: "f32" } as const;

/**
 * A benchmark of arithmetic alone, the ceiling that other kernels are held against: y[i] = Σ over c of the chain that starts at x[i] + c and
 * goes on as s ← s · factor + x[i]. Chains hide the latency of a multiply–add; the product and sum may or may not be contracted to one.
 * Unlike every other kernel, it also computes in the type that it is stored in: f16 bindings give the peak of f16.
 */
export const fmaPeakKernel: Kernel<FmaPeakProblem, typeof uniforms> = defineKernel({
  name: "fmaPeak",
  reads: ["x"],
  writes: ["y"],
  f16: ["x", "y"],
  uniforms,
  uniformValues: ({ size, rounds, factor }: FmaPeakProblem) => ({ size, rounds, factor }),
  variants: [
    {
      id: "multiplyAdd",
      vectors,
      supports: () => true,
      source: (problem) => source(problem, (sum) => `${sum} * factor + start`),
      workgroups,
    },
    {
      id: "fma",
      vectors,
      supports: () => true,
      source: (problem) => source(problem, (sum) => `fma(${sum}, factor, start)`),
      workgroups,
    },
  ],
  cost: ({ size, chains, rounds, unroll }) => ({ flops: 2 * size * chains * rounds * unroll, bytes: 8 * size }),
});

function vectors({ vector }: FmaPeakProblem): readonly string[] {
  return vector ? ["x", "y"] : [];
}

function workgroups({ size, vector, workgroupSize }: FmaPeakProblem): readonly [number, number, number] {
  return grid(vector ? size / 4 : size, workgroupSize);
}

const source = (problem: FmaPeakProblem, step: (sum: string) => string): string => wgsl`
${threadIndex(problem.workgroupSize)}
  if (index >= u.size / ${problem.vector ? 4 : 1}u) { return; }
  let start = x[index];
  let factor = YElement(${problem.vector ? "vec4f(u.factor)" : "u.factor"});
${unroll(problem.chains, (c) => `  var s${c} = start + YElement(${c}.0);`)}
  for (var round = 0u; round < u.rounds; round++) {
${unroll(problem.unroll, () => unroll(problem.chains, (c) => `    s${c} = ${step(`s${c}`)};`))}
  }
  var sum = YElement();
${unroll(problem.chains, (c) => `  sum += s${c};`)}
  y[index] = sum;
}`;
