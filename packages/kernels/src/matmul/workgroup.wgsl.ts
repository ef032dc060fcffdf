import type { WorkgroupTile } from "../wgsl/workgroupTile.ts";
import { tileLoad, tileStore, workgroupTile } from "../wgsl/workgroupTile.wgsl.ts";

/** How the operands of a product lie: which are transposed, and which of the bindings are read and written as vec4. */
export interface MatmulLayout {
  readonly transposeA: boolean;
  readonly transposeB: boolean;
  readonly vectors: readonly string[];
}

/** A product by {@link workgroupTile}: rows and columns of the tile are those of y. */
export function workgroup(tile: WorkgroupTile, { transposeA, transposeB, vectors }: MatmulLayout): string {
  return workgroupTile({
    tile,
    functions: `${tileLoad("a", vectors.includes("a"))}\n${tileLoad("b", vectors.includes("b"))}`,
    place: `
  let rows = u.m;
  let columns = u.n;
  let inner = u.k;
  let across = (columns + ${tile.columns - 1}u) / ${tile.columns}u;
  let down = (rows + ${tile.rows - 1}u) / ${tile.rows}u;
  if (index >= u.batch * down * across) { return; }
  let firstColumn = index % across * ${tile.columns}u;
  let firstRow = index / across % down * ${tile.rows}u;
  let image = index / (across * down);`,
    begin: `
  let aOuter = firstRow + leftOuter;
  let bOuter = firstColumn + rightOuter;
  let aStart = image * u.m * u.k + aOuter * u.aRow;
  let bStart = image * u.k * u.n + bOuter * u.bColumn;
  // How many lie between a place and the end: none where it is past it.
  let aRows = u.m - min(u.m, aOuter);
  let bColumns = u.n - min(u.n, bOuter);
  var aInner = leftInner;
  var bInner = rightInner;`,
    left: {
      along: transposeA ? "outer" : "inner",
      line: (i) =>
        transposeA
          ? `loadA(aStart + (aInner + ${i}u) * u.aColumn, select(0u, aRows, aInner + ${i}u < inner))`
          : `loadA(aStart + ${i}u * u.aRow + aInner, select(0u, inner - min(inner, aInner), ${i}u < aRows))`,
    },
    right: {
      along: transposeB ? "inner" : "outer",
      line: (i) =>
        transposeB
          ? `loadB(bStart + ${i}u * u.bColumn + bInner, select(0u, inner - min(inner, bInner), ${i}u < bColumns))`
          : `loadB(bStart + (bInner + ${i}u) * u.bRow, select(0u, bColumns, bInner + ${i}u < inner))`,
    },
    advance: `
    aInner += ${tile.depth}u;
    bInner += ${tile.depth}u;`,
    store: `
        let count = columns - column;
        let at = (image * u.m + row) * u.n + column;
${tileStore("y", vectors.includes("y"), (value) => `YElement(${value})`)}`,
  });
}
