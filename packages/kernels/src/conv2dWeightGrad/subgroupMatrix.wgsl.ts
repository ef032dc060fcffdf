import { matrixProduct } from "../wgsl/matrixProduct.wgsl.ts";
import { type MatrixTile, tileHeight, tileWidth } from "../wgsl/matrixTile.ts";

/** What the source of {@link subgroupMatrix} depends on besides its tile. */
export interface SubgroupMatrixOptions {
  /** Whether x, and dy and the partial sums, are read and written as vec4 over their channels. */
  readonly xVectors: boolean;
  readonly dyVectors: boolean;
  readonly partialVectors: boolean;
}

/**
 * Input × output channels of one tap and split by {@link matrixProduct}. Steps run over the split's output pixels; where the tap of one lies outside the
 * image both its factors are staged as zeros, so that an infinite gradient adds nothing there.
 */
export function subgroupMatrix(tile: MatrixTile, { xVectors, dyVectors, partialVectors }: SubgroupMatrixOptions): string {
  const [height, width, depth] = [tileHeight(tile), tileWidth(tile), tile.depth];
  return matrixProduct({
    tile,
    head: `
  let columns = (u.outChannels + ${width - 1}u) / ${width}u;
  let blocks = (u.inChannels + ${height - 1}u) / ${height}u;
  let taps = u.kernelHeight * u.kernelWidth;
  if (index >= u.splits * taps * blocks * columns) { return; }
  let firstColumn = index % columns * ${width}u;
  let firstRow = index / columns % blocks * ${height}u;
  let tap = index / (columns * blocks) % taps;
  let split = index / (columns * blocks * taps);
  let top = tap / u.kernelWidth * u.dilation - u.padding;
  let left = tap % u.kernelWidth * u.dilation - u.padding;
  let pixels = u.batch * u.outHeight * u.outWidth;
  let perSplit = (pixels + u.splits - 1u) / u.splits;
  let begin = min(pixels, split * perSplit);
  let end = min(pixels, begin + perSplit);
  let steps = (end - begin + ${depth - 1}u) / ${depth}u;`,
    // Below zero wraps to a large u32, so one comparison tests both edges of the image.
    step: `
    let pixel = begin + part * ${depth}u + line;
    let row = pixel / u.outWidth;
    let h = row % u.outHeight * u.stride + top;
    let w = (pixel - row * u.outWidth) * u.stride + left;
    let inside = (pixel < end) & (h < u.height) & (w < u.width);
    let xAt = ((row / u.outHeight * u.height + h) * u.width + w) * u.inChannels + firstRow;
    let dyAt = pixel * u.yChannels + u.yOffset + firstColumn;`,
    left: {
      binding: "x",
      vectors: xVectors,
      contiguous: "outer",
      at: (position) => `xAt + ${position}`,
      count: (position) => `select(0u, countFrom(firstRow + ${position}, u.inChannels), inside)`,
    },
    right: {
      binding: "dy",
      vectors: dyVectors,
      contiguous: "outer",
      at: (position) => `dyAt + ${position}`,
      count: (position) => `select(0u, countFrom(firstColumn + ${position}, u.outChannels), inside)`,
    },
    rowEnd: "u.inChannels",
    columnEnd: "u.outChannels",
    result: {
      binding: "partial",
      vectors: partialVectors,
      accumulate: false,
      at: "((split * taps + tap) * u.inChannels + row) * u.outChannels + column",
    },
  });
}
