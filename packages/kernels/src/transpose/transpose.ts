import { defineKernel, grid, type Kernel, threadIndex } from "../kernel.ts";
import { unroll, wgsl } from "../wgsl.ts";

/** x [batch, rows, columns], y [batch, columns, rows]. */
export type TransposeProblem = { readonly batch: number; readonly rows: number; readonly columns: number };

const uniforms = { batch: "u32", rows: "u32", columns: "u32" } as const;

/** Matrices with rows and columns exchanged: x → y. */
export const transposeKernel: Kernel<TransposeProblem, typeof uniforms> = defineKernel({
  name: "transpose",
  reads: ["x"],
  writes: ["y"],
  f16: ["x", "y"],
  uniforms,
  uniformValues: (problem: TransposeProblem) => problem,
  variants: [
    {
      id: "scalar",
      supports: () => true,
      source: () => scalar,
      workgroups: ({ batch, rows, columns }) => grid(batch * rows * columns, 64),
    },
    {
      id: "block",
      supports: ({ rows, columns }) => rows % 4 === 0 && columns % 4 === 0,
      vectors: () => ["x", "y"],
      source: () => block,
      workgroups: ({ batch, rows, columns }) => grid((batch * rows * columns) / 16, 64),
    },
  ],
  cost: ({ batch, rows, columns }) => ({ flops: 0, bytes: 8 * batch * rows * columns }),
});

/** One thread per element of y. */
const scalar = wgsl`
${threadIndex(64)}
  if (index >= u.batch * u.rows * u.columns) { return; }
  let line = index / u.rows;
  let row = index - line * u.rows;
  let n = line / u.columns;
  let column = line - n * u.columns;
  y[index] = YElement(x[(n * u.rows + row) * u.columns + column]);
}`;

/** One thread per 4 × 4 elements, in and out as vec4. */
const block = wgsl`
${threadIndex(64)}
  let rows = u.rows / 4u;
  let columns = u.columns / 4u;
  if (index >= u.batch * rows * columns) { return; }
  let line = index / rows;
  let row = index - line * rows;
  let n = line / columns;
  let column = line - n * columns;
  let xAt = (n * u.rows + 4u * row) * columns + column;
  let yAt = (n * u.columns + 4u * column) * rows + row;
${unroll(4, (i) => `  let r${i} = x[xAt + ${i}u * columns];`)}
${unroll(4, (i) => {
  const lane = "xyzw".charAt(i);
  return `  y[yAt + ${i}u * rows] = YElement(${[0, 1, 2, 3].map((row) => `r${row}.${lane}`).join(", ")});`;
})}
}`;
