import { defineKernel, grid, type Kernel } from "../kernel.ts";
import { direct } from "./direct.wgsl.ts";
import { type MatmulProblem, matmulBytes, matmulFlops, matmulUniforms, matmulUniformValues } from "./matmulProblem.ts";
import { registerTile, tileColumns, tileRows } from "./registerTile.wgsl.ts";

/** Products of matrices, a · b for each of a batch, either of them read as its transpose: a, b → y. */
export const matmulKernel: Kernel<MatmulProblem, typeof matmulUniforms> = defineKernel({
  name: "matmul",
  reads: ["a", "b"],
  writes: ["y"],
  f16: ["a", "b", "y"],
  uniforms: matmulUniforms,
  uniformValues: matmulUniformValues,
  variants: [
    {
      id: "direct",
      supports: () => true,
      source: () => direct(),
      workgroups: (p) => grid(p.batch * p.m * p.n, 64),
    },
    {
      id: "registerTile",
      // Fewer threads than this are slower together than one per element.
      supports: (p) => p.m >= tileRows && p.n >= tileColumns && tiles(p) >= 64,
      vectors: (p) => (hasRowVectors(p) ? ["b", "y"] : []),
      source: (p) => registerTile(hasRowVectors(p)),
      workgroups: (p) => grid(tiles(p), 32),
    },
  ],
  cost: (p) => ({ flops: matmulFlops(p), bytes: matmulBytes(p) }),
});

/** Tiles of y that threads of the fast variant compute. */
function tiles(p: MatmulProblem): number {
  return p.batch * Math.ceil(p.m / tileRows) * Math.ceil(p.n / tileColumns);
}

/** Whether rows of b and y are whole vec4. */
function hasRowVectors(p: MatmulProblem): boolean {
  return !p.transposeB && p.n % 4 === 0;
}
