import { numberAt, withoutPadding } from "../wgsl/withoutPadding.wgsl.ts";
import type { WorkgroupTile } from "../wgsl/workgroupTile.ts";
import { tileLoad, tileStore, workgroupTile } from "../wgsl/workgroupTile.wgsl.ts";
import { unroll } from "../wgsl.ts";

/** WGSL function for the `some` channels of x (4, or 0 for none) from `channel` on under a tap; zeros where it lies in the padding. */
export const loadTap = `fn loadTap(imageRow: u32, h: u32, w: u32, channel: u32, some: u32) -> vec4f {
  // Below zero wraps to a large u32, so one comparison tests both edges of the image.
  let inside = (h < u.height) & (w < u.width);
  return loadX(((imageRow + h) * u.width + w) * u.inChannels + channel, select(0u, some, inside));
}`;

/** What the source of {@link workgroup} depends on besides its tile. */
export interface WorkgroupConv2d {
  readonly bias: boolean;
  readonly activation: "none" | "relu";
  /** Whether a tap may lie outside the image. */
  readonly padded: boolean;
  /** Whether weight and y are read and written as vec4; x always is. */
  readonly vectors: boolean;
}

/**
 * A convolution as a product by {@link workgroupTile} (implicit GEMM): rows are output pixels, columns output channels, and the terms of a sum run
 * over taps and, fastest, input channels, as the weight lies in memory. A thread's block of the left operand is four channels of four pixels, which
 * all have the same tap.
 */
export function workgroup(tile: WorkgroupTile, { bias, activation, padded, vectors }: WorkgroupConv2d): string {
  return workgroupTile({
    tile,
    functions: [tileLoad("x", true), loadTap, tileLoad("weight", vectors), ...(padded ? [termByTerm(vectors)] : [])].join("\n"),
    place: `
  let rows = u.batch * u.outHeight * u.outWidth;
  let columns = u.outChannels;
  let inner = u.kernelHeight * u.kernelWidth * u.inChannels;
  let across = (columns + ${tile.columns - 1}u) / ${tile.columns}u;
  let firstColumn = index % across * ${tile.columns}u;
  let firstRow = index / across * ${tile.rows}u;
  if (firstRow >= rows) { return; }`,
    begin: `
  var channel = leftInner % u.inChannels;
  var kw = leftInner / u.inChannels % u.kernelWidth;
  var kh = leftInner / (u.inChannels * u.kernelWidth);
${unroll(
  4,
  (i) => `
  let pixel${i} = firstRow + leftOuter + ${i}u;
  let image${i} = pixel${i} / (u.outHeight * u.outWidth) * u.height;
  // Past the last pixel is a row that no tap brings into the image.
  let top${i} = select(0x40000000u, pixel${i} / u.outWidth % u.outHeight * u.stride - u.padding, pixel${i} < rows);
  let side${i} = pixel${i} % u.outWidth * u.stride - u.padding;`,
)}
  let co = firstColumn + rightOuter;
  let outChannels = columns - min(columns, co);
  var term = rightInner;`,
    prepare: `
    let some = select(0u, 4u, kh < u.kernelHeight);`,
    left: {
      along: "inner",
      line: (i) => `loadTap(image${i}, top${i} + kh * u.dilation, side${i} + kw * u.dilation, channel, some)`,
    },
    right: {
      along: "outer",
      line: (i) => `loadWeight((term + ${i}u) * u.outChannels + co, select(0u, outChannels, term + ${i}u < inner))`,
    },
    advance: `
    term += ${tile.depth}u;
    channel += ${tile.depth}u;
    while (channel >= u.inChannels) {
      channel -= u.inChannels;
      kw++;
      if (kw == u.kernelWidth) { kw = 0u; kh++; }
    }`,
    store: `
${padded ? withoutPadding("columns", "termByTerm(row, column + c)") : ""}
        let count = columns - column;
${bias ? "        let last = columns - 1u;\n        value += vec4f(bias[column], bias[min(column + 1u, last)], bias[min(column + 2u, last)], bias[min(column + 3u, last)]);" : ""}
${activation === "relu" ? "        // Not max(): a NaN passes through, as in PyTorch.\n        value = select(value, vec4f(0.0), value < vec4f(0.0));" : ""}
        let at = row * u.yChannels + u.yOffset + column;
${tileStore("y", vectors, (value) => `YElement(${value})`)}`,
  });
}

/** A sum over the taps inside the image alone. */
const termByTerm = (vectors: boolean): string => `fn termByTerm(row: u32, co: u32) -> f32 {
  let image = row / (u.outHeight * u.outWidth) * u.height;
  var sum = 0.0;
  for (var kh = 0u; kh < u.kernelHeight; kh++) {
    let h = row / u.outWidth % u.outHeight * u.stride + kh * u.dilation - u.padding;
    if (h >= u.height) { continue; }
    for (var kw = 0u; kw < u.kernelWidth; kw++) {
      let w = row % u.outWidth * u.stride + kw * u.dilation - u.padding;
      if (w >= u.width) { continue; }
      let xAt = ((image + h) * u.width + w) * u.inChannels;
      let weightAt = (kh * u.kernelWidth + kw) * u.inChannels * u.outChannels + co;
      for (var ci = 0u; ci < u.inChannels; ci++) {
        sum += ${numberAt("x", true, "xAt + ci")} * ${numberAt("weight", vectors, "weightAt + ci * u.outChannels")};
      }
    }
  }
  return sum;
}`;
