import { matrixProduct } from "../wgsl/matrixProduct.wgsl.ts";
import { type MatrixTile, tileHeight, tileWidth } from "../wgsl/matrixTile.ts";
import { numberAt } from "../wgsl/withoutPadding.wgsl.ts";

/** What the source of {@link subgroupMatrix} depends on besides its tile. */
export interface SubgroupMatrixOptions {
  readonly bias: boolean;
  readonly accumulate: boolean;
  /** Whether some tap of some input belongs to no output. */
  readonly padded: boolean;
  /** Whether the stride is 1: then no index is divided. */
  readonly unitStride: boolean;
  /** Whether dy and the weight, and dx, are read and written as vec4 over their channels. */
  readonly dyVectors: boolean;
  readonly weightVectors: boolean;
  readonly dxVectors: boolean;
}

/**
 * Pixels × input channels by {@link matrixProduct}. Steps run over taps and, within a tap, over output channels; a pixel that is in no output by a tap
 * is staged as zeros. The weights lie as they are: their output channels, side by side, are the inner axis here.
 */
export function subgroupMatrix(tile: MatrixTile, options: SubgroupMatrixOptions): string {
  const { bias, accumulate, padded, unitStride, dyVectors, weightVectors, dxVectors } = options;
  const [height, width, depth] = [tileHeight(tile), tileWidth(tile), tile.depth];
  const channel = (i: number) => `bias[min(column + ${i}u, u.inChannels - 1u)]`;
  return matrixProduct({
    tile,
    head: `
  let columns = (u.inChannels + ${width - 1}u) / ${width}u;
  let pixels = u.batch * u.height * u.width;
  let firstColumn = index % columns * ${width}u;
  let firstRow = index / columns * ${height}u;
  if (firstRow >= pixels) { return; }
  let chunks = (u.outChannels + ${depth - 1}u) / ${depth}u;
  let steps = u.kernelHeight * u.kernelWidth * chunks;`,
    step: `
    let tap = part / chunks;
    let first = (part - tap * chunks) * ${depth}u;
    let down = tap / u.kernelWidth * u.dilation;
    let across = tap % u.kernelWidth * u.dilation;`,
    left: {
      binding: "dy",
      vectors: dyVectors,
      contiguous: "inner",
      before: (line, i) => `
  let pixel${i} = firstRow + ${line};
  let row${i} = pixel${i} / u.width;
  let left${i} = pixel${i} - row${i} * u.width + u.padding;
  let top${i} = row${i} % u.height + u.padding;
  let image${i} = row${i} / u.height * u.outHeight;`,
      // Below zero wraps to a large u32, whose quotient is no row of y either.
      each: (_, i) => `
    let h${i} = top${i} - down;
    let w${i} = left${i} - across;
    let ho${i} = h${i}${unitStride ? "" : " / u.stride"};
    let wo${i} = w${i}${unitStride ? "" : " / u.stride"};
    let inside${i} = (pixel${i} < pixels) & (ho${i} < u.outHeight) & (wo${i} < u.outWidth)${unitStride ? "" : ` & (ho${i} * u.stride == h${i}) & (wo${i} * u.stride == w${i})`};
    let dy${i} = ((image${i} + ho${i}) * u.outWidth + wo${i}) * u.yChannels + u.yOffset + first;`,
      at: (position, i) => `dy${i} + ${position}`,
      count: (position, i) => `select(0u, countFrom(first + ${position}, u.outChannels), inside${i})`,
    },
    right: {
      binding: "weight",
      vectors: weightVectors,
      contiguous: "inner",
      each: (line, i) => `
    let ci${i} = firstColumn + ${line};
    let weight${i} = (tap * u.inChannels + ci${i}) * u.outChannels + first;`,
      at: (position, i) => `weight${i} + ${position}`,
      count: (position, i) => `select(0u, countFrom(first + ${position}, u.outChannels), ci${i} < u.inChannels)`,
    },
    rowEnd: "pixels",
    columnEnd: "u.inChannels",
    ...(padded ? { definition: definition(dyVectors, weightVectors) } : {}),
    epilogue: bias ? `value += vec4f(${[0, 1, 2, 3].map(channel).join(", ")});` : "",
    result: { binding: "dx", vectors: dxVectors, accumulate, at: "row * u.inChannels + column" },
  });
}

function definition(dyVectors: boolean, weightVectors: boolean): string {
  return `fn definition(pixel: u32, ci: u32) -> f32 {
  let row = pixel / u.width;
  var sum = 0.0;
  for (var tap = 0u; tap < u.kernelHeight * u.kernelWidth; tap++) {
    let h = row % u.height + u.padding - tap / u.kernelWidth * u.dilation;
    let w = pixel % u.width + u.padding - tap % u.kernelWidth * u.dilation;
    let ho = h / u.stride;
    let wo = w / u.stride;
    if (ho >= u.outHeight || wo >= u.outWidth || ho * u.stride != h || wo * u.stride != w) { continue; }
    for (var co = 0u; co < u.outChannels; co++) {
      let dyAt = ((row / u.height * u.outHeight + ho) * u.outWidth + wo) * u.yChannels + u.yOffset + co;
      let weightAt = (tap * u.inChannels + ci) * u.outChannels + co;
      sum += ${numberAt("dy", dyVectors, "dyAt")} * ${numberAt("weight", weightVectors, "weightAt")};
    }
  }
  return sum;
}`;
}
