import { grid, type Problem, threadIndex, type Variant } from "./kernel.ts";
import type { Lanes } from "./lanes.ts";

/** Rows of `length` elements each. */
export type RowsProblem = Problem & { readonly rows: number; readonly length: number };

/**
 * Variants of a kernel with one thread a row, by single elements or fours; `vectors` are the bindings that a source of four lanes sees as
 * vectors. A workgroup a row has barriers, which made 1088 rows of 256 to 1024 elements 5 to 20 times slower on software adapters.
 */
export function rowVariants<P extends RowsProblem>(
  vectors: readonly string[],
  source: (lanes: Lanes) => string,
): readonly [Variant<P>, ...Variant<P>[]] {
  const workgroups = ({ rows }: P) => grid(rows, 64);
  return [
    { id: "scalar", supports: () => true, source: () => source(1), workgroups },
    { id: "vector", supports: ({ length }) => length % 4 === 0, vectors: () => vectors, source: () => source(4), workgroups },
  ];
}

/** WGSL head of an entry point whose threads take one of `u.rows` rows each: declares `row`, and `length` and `first`, its size and start in steps of `lanes`. */
export function rowThread(lanes: Lanes): string {
  return `${threadIndex(64)}
  let row = index;
  if (row >= u.rows) { return; }
  let length = u.length / ${lanes}u;
  let first = row * length;`;
}

/** WGSL loop over the elements of the row, `lanes` at once: `i` counts from the row's start, `at` from the tensor's. */
export function overRow(body: string): string {
  return `for (var i = 0u; i < length; i++) { let at = first + i; ${body} }`;
}

/** WGSL expression: the mean over the row of what the lanes of `sum` have added up. */
export function rowMean(lanes: Lanes, sum: string): string {
  return `${lanes === 4 ? `dot(${sum}, vec4f(1.0))` : sum} / f32(u.length)`;
}
