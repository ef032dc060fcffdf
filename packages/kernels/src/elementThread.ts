import { grid, type Problem, threadIndex, type Variant } from "./kernel.ts";
import type { Lanes } from "./lanes.ts";

/**
 * Variants of a kernel with one thread an element of tensors of `size` elements, or with one for four where the size allows it; `vectors` are the
 * bindings that a source of four lanes sees as vectors.
 */
export function elementVariants<P extends Problem & { readonly size: number }>(
  vectors: readonly string[],
  source: (lanes: Lanes, problem: P) => string,
): readonly [Variant<P>, ...Variant<P>[]] {
  return [
    { id: "scalar", supports: () => true, source: (problem) => source(1, problem), workgroups: ({ size }) => grid(size, 64) },
    {
      id: "vector",
      supports: ({ size }) => size % 4 === 0,
      vectors: () => vectors,
      source: (problem) => source(4, problem),
      workgroups: ({ size }) => grid(size / 4, 64),
    },
  ];
}

/** WGSL head of an entry point whose threads take `lanes` of `u.size` elements each: declares `index`, the element or the four of them. */
export function elementThread(lanes: Lanes): string {
  return `${threadIndex(64)}
  if (index >= u.size / ${lanes}u) { return; }`;
}
