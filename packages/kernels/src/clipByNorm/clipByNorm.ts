import { elementThread, elementVariants } from "../elementThread.ts";
import { defineKernel, type Kernel } from "../kernel.ts";
import type { Lanes } from "../lanes.ts";
import { wgsl } from "../wgsl.ts";

/** Gradients [size] and their largest joint norm. */
export type ClipByNormProblem = {
  readonly size: number;
  readonly maxNorm: number;
  /** Leaves the gradients alone where the norm is NaN or infinite; default false. */
  readonly finiteOnly?: boolean;
};

const uniforms = { size: "u32", maxNorm: "f32" } as const;

/** norm [] → gradients [size] times min(1, maxNorm / (norm + 10⁻⁶)), in place, as torch.nn.utils.clip_grad_norm_. */
export const clipByNormKernel: Kernel<ClipByNormProblem, typeof uniforms> = defineKernel({
  name: "clipByNorm",
  reads: ["norm"],
  writes: ["gradients"],
  uniforms,
  uniformValues: (problem: ClipByNormProblem) => problem,
  variants: elementVariants(["gradients"], source),
  cost: ({ size }) => ({ flops: size, bytes: 8 * size }),
});

/** The same text for one element and for four; a norm of NaN passes through, one below the bound costs no memory traffic. */
function source(lanes: Lanes, { finiteOnly = false }: ClipByNormProblem): string {
  return wgsl`
${elementThread(lanes)}
  #if ${finiteOnly}
  // By the bits: a compiler may take floats as finite.
  if ((bitcast<u32>(norm[0]) & 0x7f800000u) == 0x7f800000u) { return; }
  #endif
  let factor = u.maxNorm / (norm[0] + 1e-6);
  if (factor >= 1.0) { return; }
  gradients[index] *= factor;
}`;
}
