import type { Capabilities, DType, SubgroupMatrix } from "@kindling/gpu";

/** Sides of the subgroup matrices that products have a variant for: lavapipe's (Mesa 26 or newer) and NVIDIA's. */
export const matrixSides = [8, 16] as const;

/** One of {@link matrixSides}: M, N and K of a product of f16 that is summed in f32. */
export type MatrixSide = (typeof matrixSides)[number];

/** Lanes of a subgroup of the adapters that have matrices of a side. */
export const matrixLanes: Readonly<Record<MatrixSide, number>> = { 8: 8, 16: 32 };

/**
 * What one workgroup computes of a product: `subgroupRows` × `subgroupColumns` subgroups, each with `rows` × `columns` matrices of sums. Steps of
 * `depth` along the inner axis are staged in workgroup memory, which all subgroups read.
 */
export interface MatrixTile {
  readonly side: MatrixSide;
  readonly subgroupRows: number;
  readonly subgroupColumns: number;
  readonly rows: number;
  readonly columns: number;
  readonly depth: number;
}

/** Halves of padding after a staged line, so that lines begin in different banks of the memory. */
export const linePadding = 8;

/**
 * The tile with the least work for a product of `rows` × `columns` sums. Work is counted in multiply–adds: those of the tile, those past the last
 * row and column included, and a staged number as `side`. At most 16 matrices a subgroup, which leave room in the registers of NVIDIA's (not
 * measured on hardware); at most 4 of lavapipe's, whose compiler takes many seconds for more.
 */
export function matrixTile(side: MatrixSide, rows: number, columns: number): MatrixTile {
  const tiles = [1, 2, 4].flatMap((subgroupColumns) =>
    [1, 2, 4].flatMap((rows) =>
      [1, 2, 3, 4].map((columns) => ({ side, subgroupRows: 4 / subgroupColumns, subgroupColumns, rows, columns, depth: 2 * side })),
    ),
  );
  const work = (tile: MatrixTile) =>
    matrixTiles(tile, rows, columns) * (tileHeight(tile) * tileWidth(tile) + side * (tileHeight(tile) + tileWidth(tile)));
  return tiles
    .filter((tile) => tileHeight(tile) <= 8 * side && tileWidth(tile) <= 8 * side && tile.rows * tile.columns <= (side === 8 ? 4 : 16))
    .reduce((best, tile) => (work(tile) < work(best) ? tile : best));
}

/** Rows that a workgroup computes. */
export function tileHeight({ side, subgroupRows, rows }: MatrixTile): number {
  return side * subgroupRows * rows;
}

/** Columns that a workgroup computes. */
export function tileWidth({ side, subgroupColumns, columns }: MatrixTile): number {
  return side * subgroupColumns * columns;
}

/** Threads of a workgroup. */
export function tileThreads({ side, subgroupRows, subgroupColumns }: MatrixTile): number {
  return matrixLanes[side] * subgroupRows * subgroupColumns;
}

/** Tiles of a product of `rows` × `columns` sums. */
export function matrixTiles(tile: MatrixTile, rows: number, columns: number): number {
  return Math.ceil(rows / tileHeight(tile)) * Math.ceil(columns / tileWidth(tile));
}

/**
 * Whether an adapter has the matrices of a tile, f16 summed in f32, for all its subgroups, and both factors are stored as f16: products are then
 * exact, and no result has fewer digits than other variants give it. For f32 factors, which would lose digits, there is no such variant.
 */
export function hasMatricesOf(
  tile: MatrixTile,
  { f16, subgroups, subgroupMatrices, maxWorkgroupStorageBytes, maxWorkgroupInvocations }: Capabilities,
  factors: readonly (DType | undefined)[],
): boolean {
  const { side } = tile;
  const isWanted = (one: SubgroupMatrix) =>
    one.componentType === "f16" && one.resultComponentType === "f32" && one.M === side && one.N === side && one.K === side;
  return (
    f16 &&
    factors.every((dtype) => dtype === "f16") &&
    subgroups !== false &&
    subgroups.min === matrixLanes[side] &&
    subgroups.max === matrixLanes[side] &&
    subgroupMatrices.some(isWanted) &&
    stagedBytes(tile) <= maxWorkgroupStorageBytes &&
    tileThreads(tile) <= maxWorkgroupInvocations
  );
}

/** The most workgroup memory that a tile takes, whichever axes of the factors lie side by side: two steps of both. */
function stagedBytes(tile: MatrixTile): number {
  const halves = (size: number) => Math.max(size * (tile.depth + linePadding), tile.depth * (size + linePadding));
  return 2 * 2 * (halves(tileHeight(tile)) + halves(tileWidth(tile)));
}
