import type { Capabilities } from "@kindling/gpu";

/**
 * The part of a product of matrices that one workgroup computes: `rows` × `columns` sums, `threadRows` × `threadColumns` of them a thread. `depth`
 * steps along the inner axis at a time lie in workgroup memory, twice: one slice is read while the next is written.
 */
export interface WorkgroupTile {
  readonly rows: 64 | 128;
  readonly columns: 32 | 48 | 64;
  readonly depth: 8 | 16;
  readonly threadRows: 8;
  readonly threadColumns: 4 | 8;
}

/**
 * Shapes that products of matrices have a variant for, small to large. The first two fit the 16 KiB of workgroup memory that every adapter has; 48
 * columns are a branch of HRNet-W48. Of either operand a slice has at most as many blocks of 4 × 4 numbers as there are threads: each loads one.
 */
export const workgroupTiles: readonly WorkgroupTile[] = [
  { rows: 64, columns: 32, depth: 16, threadRows: 8, threadColumns: 4 },
  { rows: 64, columns: 64, depth: 8, threadRows: 8, threadColumns: 8 },
  { rows: 128, columns: 48, depth: 16, threadRows: 8, threadColumns: 4 },
  { rows: 128, columns: 64, depth: 16, threadRows: 8, threadColumns: 8 },
];

/** What a product of matrices asks of its tiles: `count` products of `rows` × `columns` sums, each of `inner` terms. */
export interface TiledProduct {
  readonly count: number;
  readonly rows: number;
  readonly columns: number;
  readonly inner: number;
}

/** Name of the variant that computes with a tile: `workgroup64x32`. */
export function workgroupTileId({ rows, columns }: WorkgroupTile): string {
  return `workgroup${rows}x${columns}`;
}

/** Threads of a tile. */
export function tileThreads({ rows, columns, threadRows, threadColumns }: WorkgroupTile): number {
  return (rows / threadRows) * (columns / threadColumns);
}

/** vec4s from one inner step of an operand to the next in workgroup memory: one more than it has, so that transposed writes meet fewer banks twice. */
export function tileStride(outer: number): number {
  return outer / 4 + 1;
}

/** Workgroups of a product. */
export function tileCount({ rows, columns }: WorkgroupTile, product: TiledProduct): number {
  return product.count * Math.ceil(product.rows / rows) * Math.ceil(product.columns / columns);
}

/**
 * Whether an adapter can hold a tile, and a product fills half of it (a quarter of the smallest, for want of a smaller one) and half a slice of terms.
 * Below that most of its work is on zeros, and tests need not compile it.
 */
export function supportsTile(tile: WorkgroupTile, product: TiledProduct, capabilities: Capabilities): boolean {
  const filled = Math.min(product.rows, tile.rows) * Math.min(product.columns, tile.columns);
  const least = (tile.rows * tile.columns) / (tile === workgroupTiles[0] ? 4 : 2);
  return isHeld(tile, capabilities) && filled >= least && product.inner >= tile.depth / 2;
}

/**
 * Whether a tile is the one to choose for a product where nothing was measured. Not on a software adapter: barriers cost it thread switches, and its
 * workgroup memory is the same cached memory that it copies from. Elsewhere it is the tile with the least {@link tileWork}.
 */
export function suitsTile(tile: WorkgroupTile, product: TiledProduct, capabilities: Capabilities): boolean {
  if (capabilities.software) return false;
  const candidates = workgroupTiles.filter((each) => supportsTile(each, product, capabilities));
  const work = (each: WorkgroupTile) => tileWork(each, product);
  const least = candidates.reduce<WorkgroupTile | undefined>((best, each) => (best && work(best) <= work(each) ? best : each), undefined);
  return tile === least;
}

/**
 * Work of a product for each of its terms, in multiply–adds: a number read from workgroup memory counts as two, one loaded into it as eight, a barrier
 * as 64 a thread; and fewer than 65,536 threads take as long as those (half of what an H100 holds at these tiles' registers). An estimate: no
 * hardware adapter was measured.
 */
function tileWork(tile: WorkgroupTile, product: TiledProduct): number {
  const { rows, columns, depth, threadRows, threadColumns } = tile;
  const threads = tileThreads(tile);
  const ofThread = threadRows * threadColumns + 2 * (threadRows + threadColumns) + (8 * (rows + columns)) / threads + 64 / depth;
  return Math.max(tileCount(tile, product) * threads, 65_536) * ofThread;
}

function isHeld(tile: WorkgroupTile, { maxWorkgroupStorageBytes, maxWorkgroupInvocations }: Capabilities): boolean {
  const bytes = 2 * tile.depth * (tileStride(tile.rows) + tileStride(tile.columns)) * 16;
  return bytes <= maxWorkgroupStorageBytes && tileThreads(tile) <= maxWorkgroupInvocations;
}
