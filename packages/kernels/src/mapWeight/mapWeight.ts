import { defineKernel, grid, type Kernel, threadIndex } from "../kernel.ts";
import { wgsl } from "../wgsl.ts";

/** mask, factor (one number) → weight [size]: factor · mask, or factor · mask² where the mask multiplies what is squared. */
export type MapWeightProblem = { readonly size: number; readonly squared: boolean };

const uniforms = { size: "u32" } as const;

/** What each map counts in a loss. */
export const mapWeightKernel: Kernel<MapWeightProblem, typeof uniforms> = defineKernel({
  name: "mapWeight",
  reads: ["mask", "factor"],
  writes: ["weight"],
  uniforms,
  uniformValues: ({ size }: MapWeightProblem) => ({ size }),
  variants: [
    {
      id: "direct",
      supports: () => true,
      source: ({ squared }) => wgsl`
${threadIndex(64)}
  if (index >= u.size) { return; }
  let m = mask[index];
  #if ${squared}
  weight[index] = factor[0] * m * m;
  #else
  weight[index] = factor[0] * m;
  #endif
}`,
      workgroups: ({ size }) => grid(size, 64),
    },
  ],
  cost: ({ size }) => ({ flops: 2 * size, bytes: 8 * size }),
});
