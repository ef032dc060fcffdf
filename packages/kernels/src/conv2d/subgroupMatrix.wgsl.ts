import { matrixProduct } from "../wgsl/matrixProduct.wgsl.ts";
import { type MatrixTile, tileHeight, tileWidth } from "../wgsl/matrixTile.ts";
import { numberAt } from "../wgsl/withoutPadding.wgsl.ts";

/** What the source of {@link subgroupMatrix} depends on besides its tile. */
export interface SubgroupMatrixOptions {
  readonly bias: boolean;
  readonly relu: boolean;
  /** Whether a tap may lie outside the image. */
  readonly padded: boolean;
  /** Whether x, the weight and y are read and written as vec4 over their channels. */
  readonly xVectors: boolean;
  readonly weightVectors: boolean;
  readonly yVectors: boolean;
}

/**
 * Pixels × output channels by {@link matrixProduct}: the implicit product of the image's patches and the weights (Chetlur et al. 2014, §3.2). Steps
 * run over taps and, within a tap, over input channels; pixels under padding are staged as zeros.
 */
export function subgroupMatrix(tile: MatrixTile, options: SubgroupMatrixOptions): string {
  const { bias, relu, padded, xVectors, weightVectors, yVectors } = options;
  const [height, width, depth] = [tileHeight(tile), tileWidth(tile), tile.depth];
  const channel = (i: number) => `bias[min(column + ${i}u, u.outChannels - 1u)]`;
  return matrixProduct({
    tile,
    head: `
  let columns = (u.outChannels + ${width - 1}u) / ${width}u;
  let pixels = u.batch * u.outHeight * u.outWidth;
  let firstColumn = index % columns * ${width}u;
  let firstRow = index / columns * ${height}u;
  if (firstRow >= pixels) { return; }
  let chunks = (u.inChannels + ${depth - 1}u) / ${depth}u;
  let steps = u.kernelHeight * u.kernelWidth * chunks;`,
    step: `
    let tap = part / chunks;
    let first = (part - tap * chunks) * ${depth}u;
    let down = tap / u.kernelWidth * u.dilation;
    let across = tap % u.kernelWidth * u.dilation;`,
    left: {
      binding: "x",
      vectors: xVectors,
      contiguous: "inner",
      // Below zero wraps to a large u32, so one comparison tests both edges of the image.
      before: (line, i) => `
  let pixel${i} = firstRow + ${line};
  let row${i} = pixel${i} / u.outWidth;
  let left${i} = (pixel${i} - row${i} * u.outWidth) * u.stride - u.padding;
  let top${i} = row${i} % u.outHeight * u.stride - u.padding;
  let image${i} = row${i} / u.outHeight * u.height;`,
      each: (_, i) => `
    let h${i} = top${i} + down;
    let w${i} = left${i} + across;
    let inside${i} = (pixel${i} < pixels) & (h${i} < u.height) & (w${i} < u.width);
    let x${i} = ((image${i} + h${i}) * u.width + w${i}) * u.inChannels + first;`,
      at: (position, i) => `x${i} + ${position}`,
      count: (position, i) => `select(0u, countFrom(first + ${position}, u.inChannels), inside${i})`,
    },
    right: {
      binding: "weight",
      vectors: weightVectors,
      contiguous: "outer",
      each: (line, i) => `
    let ci${i} = first + ${line};
    let weight${i} = (tap * u.inChannels + ci${i}) * u.outChannels + firstColumn;`,
      at: (position, i) => `weight${i} + ${position}`,
      count: (position, i) => `select(0u, countFrom(firstColumn + ${position}, u.outChannels), ci${i} < u.inChannels)`,
    },
    rowEnd: "pixels",
    columnEnd: "u.outChannels",
    ...(padded ? { definition: definition(xVectors, weightVectors) } : {}),
    epilogue: `${bias ? `value += vec4f(${[0, 1, 2, 3].map(channel).join(", ")});` : ""}
      ${relu ? "value = select(value, vec4f(0.0), value < vec4f(0.0)); // not max(): a NaN passes through, as in PyTorch" : ""}`,
    result: { binding: "y", vectors: yVectors, accumulate: false, at: "row * u.yChannels + u.yOffset + column" },
  });
}

function definition(xVectors: boolean, weightVectors: boolean): string {
  return `fn definition(pixel: u32, co: u32) -> f32 {
  let row = pixel / u.outWidth;
  var sum = 0.0;
  for (var tap = 0u; tap < u.kernelHeight * u.kernelWidth; tap++) {
    let h = row % u.outHeight * u.stride + tap / u.kernelWidth * u.dilation - u.padding;
    let w = pixel % u.outWidth * u.stride + tap % u.kernelWidth * u.dilation - u.padding;
    if (h >= u.height || w >= u.width) { continue; }
    for (var ci = 0u; ci < u.inChannels; ci++) {
      let xAt = ((row / u.outHeight * u.height + h) * u.width + w) * u.inChannels + ci;
      let weightAt = (tap * u.inChannels + ci) * u.outChannels + co;
      sum += ${numberAt("x", xVectors, "xAt")} * ${numberAt("weight", weightVectors, "weightAt")};
    }
  }
  return sum;
}`;
}
