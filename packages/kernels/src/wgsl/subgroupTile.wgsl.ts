import type { Capabilities } from "@kindling/gpu";
import { unroll } from "../wgsl.ts";

/** Subgroup sizes that products of matrices have a variant for: SwiftShader's, lavapipe's on AVX2 and on AVX-512, NVIDIA's. */
export const subgroupSizes = [4, 8, 16, 32] as const;

/** One of {@link subgroupSizes}. */
export type SubgroupSize = (typeof subgroupSizes)[number];

/**
 * The part of a product of matrices that one subgroup computes: `rows` rows, each lane `columns` columns of them. For each step along the inner
 * axis every lane loads its own values of the right operand and a share of the left one's, which broadcasts then hand to all: registers that
 * change lanes cost less than loads that all lanes repeat, and nothing waits at a barrier.
 */
export interface SubgroupTile {
  readonly lanes: SubgroupSize;
  readonly rows: 8 | 16 | 32;
  readonly columns: 1 | 2 | 4;
}

/** Whether all subgroups of an adapter have this size: only then is a lane's number known when the shader is written. */
export function hasSubgroupsOf(size: SubgroupSize, { subgroups }: Capabilities): boolean {
  return subgroups !== false && subgroups.min === size && subgroups.max === size;
}

/**
 * Whether variants for subgroups are worth choosing where nothing was measured: on software adapters, where they were. A GPU hands a number of workgroup
 * memory to all lanes at once, and on NVIDIA's that was reported to be faster than shuffles between lanes.
 */
export function suitsSubgroups(_: unknown, { software }: Capabilities): boolean {
  return software;
}

/**
 * The tile with the least work for a product of `rows` × `columns` sums. Work is counted in multiply–adds a lane: a broadcast is one, a loaded
 * number five (measured on lavapipe). A lane holds at most 128 sums of lavapipe's; of SwiftShader's 64, because its compiler is slow; of GPUs' too, which
 * hide latency with many threads (not measured).
 */
export function subgroupTile(lanes: SubgroupSize, rows: number, columns: number): SubgroupTile {
  const sums = lanes === 8 ? 128 : 64;
  const tiles = ([8, 16, 32] as const)
    .flatMap((rows) => ([1, 2, 4] as const).map((columns) => ({ lanes, rows, columns })))
    .filter((tile) => tile.rows * tile.columns <= sums);
  const work = (tile: SubgroupTile) =>
    subgroupTiles(tile, rows, columns) * (tile.rows * (tile.columns + 1) + 5 * (tile.columns + leftLoads(tile, false)));
  return tiles.reduce((best, tile) => (work(tile) < work(best) ? tile : best));
}

/** Tiles of a product of `rows` × `columns` sums. */
export function subgroupTiles(tile: SubgroupTile, rows: number, columns: number): number {
  return Math.ceil(rows / tile.rows) * Math.ceil(columns / (tile.lanes * tile.columns));
}

/** WGSL type of a lane's share of a row. */
export function rowType({ columns }: SubgroupTile): string {
  return columns === 1 ? "f32" : `vec${columns}f`;
}

/** WGSL of a lane's share of a row from one expression a column. */
export function rowOf(tile: SubgroupTile, column: (i: number) => string): string {
  return `${rowType(tile)}(${Array.from({ length: tile.columns }, (_, i) => column(i)).join(", ")})`;
}

/** WGSL of a lane's value in a column of `sum<row>`. */
export function sumOf({ columns }: SubgroupTile, row: number, column: number): string {
  return columns === 1 ? `sum${row}` : `sum${row}.${"xyzw"[column]}`;
}

/** Declares `sum0` … , a lane's share of each row. */
export function declareSums(tile: SubgroupTile): string {
  return unroll(tile.rows, (row) => `  var sum${row} = ${rowType(tile)}(0.0);`);
}

/**
 * How many times a lane loads from the left operand a step, rows one by one or (`vectors`) four side by side: `left<i>` of lane l is row i·lanes + l
 * of the tile, or the vec4 of the four rows from 4·(i·lanes + l) on.
 */
export function leftLoads({ rows, lanes }: SubgroupTile, vectors: boolean): number {
  return Math.ceil(rows / (vectors ? 4 : 1) / lanes);
}

/** Adds left · right to all sums: `left0` … as {@link leftLoads} has them, `right` the lane's share of a row. */
export function multiplyAdd({ rows, lanes }: SubgroupTile, vectors: boolean): string {
  return unroll(rows, (row) => {
    const load = vectors ? row >> 2 : row;
    const component = vectors ? `.${"xyzw"[row % 4]}` : "";
    return `      sum${row} += subgroupBroadcast(left${Math.floor(load / lanes)}${component}, ${load % lanes}u) * right;`;
  });
}
