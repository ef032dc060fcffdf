import { defineKernel, grid, type Kernel, threadIndex } from "../kernel.ts";
import { wgsl } from "../wgsl.ts";

/** x [size] → elements `offset` … `offset + splits − 1` of partial; several dispatches may fill one partial. */
export type PartialFiniteProblem = { readonly size: number; readonly splits: number; readonly offset: number };

const uniforms = { size: "u32", splits: "u32", offset: "u32" } as const;

/** First pass of the op allFinite: partial is 1 where every element of a split is finite, else 0; the kernel allFinite joins the splits. */
export const partialFiniteKernel: Kernel<PartialFiniteProblem, typeof uniforms> = defineKernel({
  name: "partialFinite",
  reads: ["x"],
  writes: ["partial"],
  f16: ["x"],
  uniforms,
  uniformValues: (problem: PartialFiniteProblem) => problem,
  variants: [
    { id: "scalar", supports: () => true, source: () => source("u.size", "u32", "f32"), workgroups: ({ splits }) => grid(splits, 64) },
    {
      id: "vector",
      supports: ({ size }) => size % 4 === 0,
      vectors: () => ["x"],
      source: () => source("u.size / 4u", "vec4u", "vec4f"),
      workgroups: ({ splits }) => grid(splits, 64),
    },
  ],
  cost: ({ size }) => ({ flops: 0, bytes: 4 * size }),
});

/**
 * One thread a split, over every `splits`-th element, so that neighbours read neighbours. It looks at the bits: NaN and infinity are the
 * numbers whose exponent is all ones, while a compiler may take any comparison of floats as one of finite numbers.
 */
function source(count: string, bits: string, floats: string): string {
  return wgsl`
${threadIndex(64)}
  if (index >= u.splits) { return; }
  let exponent = ${bits}(0x7f800000u);
  var found = ${bits}(0u);
  for (var i = index; i < ${count}; i += u.splits) {
    found |= ${bits}((bitcast<${bits}>(${floats}(x[i])) & exponent) == exponent);
  }
  partial[u.offset + index] = u32(all(found == ${bits}(0u)));
}`;
}
