import { type MatrixFactor, matrixProduct } from "../wgsl/matrixProduct.wgsl.ts";
import { type MatrixTile, tileHeight, tileWidth } from "../wgsl/matrixTile.ts";

/** What the source of {@link subgroupMatrix} depends on besides its tile. */
export interface SubgroupMatrixOptions {
  readonly transposeA: boolean;
  readonly transposeB: boolean;
  /** Whether lines of a, and of b, as they lie in memory, are whole vec4; and the rows of y. */
  readonly aVectors: boolean;
  readonly bVectors: boolean;
  readonly yVectors: boolean;
}

/** A tile of one of the batch's products by {@link matrixProduct}; a transpose changes which axis of a factor lies side by side. */
export function subgroupMatrix(tile: MatrixTile, { transposeA, transposeB, aVectors, bVectors, yVectors }: SubgroupMatrixOptions): string {
  const [height, width] = [tileHeight(tile), tileWidth(tile)];
  return matrixProduct({
    tile,
    head: `
  let columns = (u.n + ${width - 1}u) / ${width}u;
  let blocks = (u.m + ${height - 1}u) / ${height}u;
  if (index >= u.batch * blocks * columns) { return; }
  let firstColumn = index % columns * ${width}u;
  let firstRow = index / columns % blocks * ${height}u;
  let image = index / (columns * blocks);
  let steps = (u.k + ${tile.depth - 1}u) / ${tile.depth}u;`,
    step: `let first = part * ${tile.depth}u;`,
    left: factor("a", aVectors, !transposeA, "firstRow", "u.m", "u.aRow", "u.aColumn"),
    right: factor("b", bVectors, transposeB, "firstColumn", "u.n", "u.bColumn", "u.bRow"),
    rowEnd: "u.m",
    columnEnd: "u.n",
    result: { binding: "y", vectors: yVectors, accumulate: false, at: "(image * u.m + row) * u.n + column" },
  });
}

/** A factor whose other axis begins at `firstOuter` and has `outerEnd` numbers. */
function factor(
  binding: "a" | "b",
  vectors: boolean,
  innerContiguous: boolean,
  firstOuter: string,
  outerEnd: string,
  outerStride: string,
  innerStride: string,
): MatrixFactor {
  const declare = (first: string, stride: string, end: string) => (line: string, i: number) =>
    `
  let ${binding}${i} = image * ${outerEnd} * u.k + (${first} + ${line}) * ${stride};
  let ${binding}Inside${i} = ${first} + ${line} < ${end};`;
  const [first, end] = innerContiguous ? ["first", "u.k"] : [firstOuter, outerEnd];
  return {
    binding,
    vectors,
    contiguous: innerContiguous ? "inner" : "outer",
    ...(innerContiguous ? { before: declare(firstOuter, outerStride, outerEnd) } : { each: declare("first", innerStride, "u.k") }),
    at: (position, i) => `${binding}${i} + ${first} + ${position}`,
    count: (position, i) => `select(0u, countFrom(${first} + ${position}, ${end}), ${binding}Inside${i})`,
  };
}
