import { defineKernel, grid, type Kernel, threadIndex } from "../kernel.ts";
import { wgsl } from "../wgsl.ts";

/** Operands [size] → elements `offset` … `offset + splits − 1` of partial; several dispatches may fill one partial. */
export type PartialSumsProblem = { readonly size: number; readonly splits: number; readonly offset: number };

const uniforms = { size: "u32", splits: "u32", offset: "u32" } as const;

/** Partial sums of x. */
export const partialSumsKernel: Kernel<PartialSumsProblem, typeof uniforms> = partialSums("partialSums", ["x"], "sum += Value(x[i]);");
/** Partial sums of x². */
export const partialSquaresKernel: Kernel<PartialSumsProblem, typeof uniforms> = partialSums(
  "partialSquares",
  ["x"],
  "let value = Value(x[i]); sum += value * value;",
);
/** Partial sums of (a − b)². */
export const partialSquaredDifferencesKernel: Kernel<PartialSumsProblem, typeof uniforms> = partialSums(
  "partialSquaredDifferences",
  ["a", "b"],
  "let difference = Value(a[i]) - Value(b[i]); sum += difference * difference;",
);

/** Partial sums that fill a large GPU, of at least 64 elements each. */
export function partialSumsCount(size: number): number {
  return Math.max(1, Math.min(16_384, Math.floor(size / 64)));
}

/** One thread a partial sum, over every `splits`-th element, so that neighbours read neighbours; sumToScalar adds them. */
function partialSums(name: string, reads: readonly string[], add: string): Kernel<PartialSumsProblem, typeof uniforms> {
  const source = (vectors: boolean) => wgsl`
alias Value = ${vectors ? "vec4f" : "f32"};

${threadIndex(64)}
  if (index >= u.splits) { return; }
  var sum = Value(0.0);
  #if ${vectors}
  for (var i = index; i < u.size / 4u; i += u.splits) { ${add} }
  partial[u.offset + index] = dot(sum, vec4f(1.0));
  #else
  for (var i = index; i < u.size; i += u.splits) { ${add} }
  partial[u.offset + index] = sum;
  #endif
}`;
  return defineKernel({
    name,
    reads,
    writes: ["partial"],
    f16: reads,
    totals: ["partial"],
    uniforms,
    uniformValues: (problem: PartialSumsProblem) => problem,
    variants: [
      { id: "scalar", supports: () => true, source: () => source(false), workgroups: ({ splits }) => grid(splits, 64) },
      {
        id: "vector",
        supports: ({ size }) => size % 4 === 0,
        vectors: () => reads,
        source: () => source(true),
        workgroups: ({ splits }) => grid(splits, 64),
      },
    ],
    cost: ({ size }) => ({ flops: (2 * reads.length - 1) * size, bytes: 4 * size * reads.length }),
  });
}
