import { defineKernel, grid, type Kernel, type Variant } from "../kernel.ts";
import { hasMatricesOf, type MatrixSide, type MatrixTile, matrixSides, matrixTile, matrixTiles } from "../wgsl/matrixTile.ts";
import {
  hasSubgroupsOf,
  type SubgroupSize,
  type SubgroupTile,
  subgroupSizes,
  subgroupTile,
  subgroupTiles,
  suitsSubgroups,
} from "../wgsl/subgroupTile.wgsl.ts";
import {
  suitsTile,
  supportsTile,
  type TiledProduct,
  tileCount,
  type WorkgroupTile,
  workgroupTileId,
  workgroupTiles,
} from "../wgsl/workgroupTile.ts";
import { direct } from "./direct.wgsl.ts";
import { type MatmulProblem, matmulBytes, matmulFlops, matmulUniforms, matmulUniformValues } from "./matmulProblem.ts";
import { registerTile, tileColumns, tileRows } from "./registerTile.wgsl.ts";
import { subgroup } from "./subgroup.wgsl.ts";
import { subgroupMatrix } from "./subgroupMatrix.wgsl.ts";
import { workgroup } from "./workgroup.wgsl.ts";

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
    ...subgroupSizes.map(subgroupVariant),
    ...workgroupTiles.map(workgroupVariant),
    ...matrixSides.map(subgroupMatrixVariant),
  ],
  cost: (p) => ({ flops: matmulFlops(p), bytes: matmulBytes(p) }),
});

/** Subgroups of one size, each with a tile of y. */
function subgroupVariant(size: SubgroupSize): Variant<MatmulProblem> {
  const tile = (p: MatmulProblem): SubgroupTile => subgroupTile(size, p.m, p.n);
  const vectors = (p: MatmulProblem) => tile(p).columns === 4 && hasRowVectors(p);
  return {
    id: `subgroup${size}`,
    enables: ["subgroups"],
    // Narrow products leave most of a tile empty, small ones most of the adapter.
    supports: (p, capabilities) =>
      hasSubgroupsOf(size, capabilities) && p.m >= 4 && p.n >= size / 2 && p.batch * p.m * p.n >= 2 * size * size,
    suits: suitsSubgroups,
    vectors: (p) => (vectors(p) ? ["b", "y"] : []),
    source: (p) => subgroup(tile(p), vectors(p)),
    workgroups: (p) => grid(p.batch * subgroupTiles(tile(p), p.m, p.n), 1),
  };
}

/** Workgroups with subgroup matrices of one size, each with a tile of y. */
function subgroupMatrixVariant(side: MatrixSide): Variant<MatmulProblem> {
  const tile = (p: MatmulProblem): MatrixTile => matrixTile(side, p.m, p.n);
  const isWhole = (length: number) => length % 4 === 0;
  const aVectors = (p: MatmulProblem) => isWhole(p.transposeA ? p.m : p.k);
  const bVectors = (p: MatmulProblem) => isWhole(p.transposeB ? p.k : p.n);
  return {
    id: `subgroupMatrix${side}`,
    enables: ["subgroups", "chromium_experimental_subgroup_matrix"],
    supports: (p, capabilities, [a, b]) => hasMatricesOf(tile(p), capabilities, [a, b]),
    // Below half a matrix along any axis most of the products are of zeros.
    suits: (p, { software }) => !software && Math.min(p.m, p.k, p.n) >= side / 2,
    vectors: (p) => [...(aVectors(p) ? ["a"] : []), ...(bVectors(p) ? ["b"] : []), ...(isWhole(p.n) ? ["y"] : [])],
    source: (p) => subgroupMatrix(tile(p), { ...p, aVectors: aVectors(p), bVectors: bVectors(p), yVectors: isWhole(p.n) }),
    workgroups: (p) => grid(p.batch * matrixTiles(tile(p), p.m, p.n), 1),
  };
}

/** Workgroups with a tile of y each. */
function workgroupVariant(tile: WorkgroupTile): Variant<MatmulProblem> {
  const product = ({ batch, m, n, k }: MatmulProblem): TiledProduct => ({ count: batch, rows: m, columns: n, inner: k });
  return {
    id: workgroupTileId(tile),
    supports: (p, capabilities) => supportsTile(tile, product(p), capabilities),
    suits: (p, capabilities) => suitsTile(tile, product(p), capabilities),
    vectors: tileVectors,
    source: (p) => workgroup(tile, { transposeA: p.transposeA, transposeB: p.transposeB, vectors: tileVectors(p) }),
    workgroups: (p) => grid(tileCount(tile, product(p)), 1),
  };
}

/** Bindings whose rows, as they lie in memory, are whole vec4. */
function tileVectors({ m, k, n, transposeA, transposeB }: MatmulProblem): readonly string[] {
  const rows = { a: transposeA ? m : k, b: transposeB ? k : n, y: n };
  return Object.entries(rows).flatMap(([binding, length]) => (length % 4 === 0 ? [binding] : []));
}

/** Tiles of y that threads of the fast variant compute. */
function tiles(p: MatmulProblem): number {
  return p.batch * Math.ceil(p.m / tileRows) * Math.ceil(p.n / tileColumns);
}

/** Whether rows of b and y are whole vec4. */
function hasRowVectors(p: MatmulProblem): boolean {
  return !p.transposeB && p.n % 4 === 0;
}
