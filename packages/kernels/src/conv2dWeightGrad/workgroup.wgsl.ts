import { loadTap } from "../conv2d/workgroup.wgsl.ts";
import { numberAt, withoutPadding } from "../wgsl/withoutPadding.wgsl.ts";
import type { WorkgroupTile } from "../wgsl/workgroupTile.ts";
import { tileLoad, tileStore, workgroupTile } from "../wgsl/workgroupTile.wgsl.ts";
import { unroll } from "../wgsl.ts";

/** What the source of {@link workgroup} depends on besides its tile. */
export interface WorkgroupWeightGrad {
  /** Whether a tap may lie outside the image. */
  readonly padded: boolean;
  /** Whether dy and the partial sums are read and written as vec4; x always is. */
  readonly vectors: boolean;
}

/**
 * The gradient as products by {@link workgroupTile}, one a split: rows are the weight's taps and, fastest, input channels, columns its output
 * channels, and the terms of a sum are the split's output pixels. A thread's block of the left operand is four channels under one tap, the same in
 * every slice, of four pixels that follow each other.
 */
export function workgroup(tile: WorkgroupTile, { padded, vectors }: WorkgroupWeightGrad): string {
  return workgroupTile({
    tile,
    functions: [tileLoad("x", true), loadTap, tileLoad("dy", vectors), ...(padded ? [termByTerm(vectors)] : [])].join("\n"),
    place: `
  let rows = u.kernelHeight * u.kernelWidth * u.inChannels;
  let columns = u.outChannels;
  let across = (columns + ${tile.columns - 1}u) / ${tile.columns}u;
  let down = (rows + ${tile.rows - 1}u) / ${tile.rows}u;
  let split = index / (across * down);
  if (split >= u.splits) { return; }
  let firstColumn = index % across * ${tile.columns}u;
  let firstRow = index / across % down * ${tile.rows}u;
  let pixels = u.batch * u.outHeight * u.outWidth;
  let perSplit = (pixels + u.splits - 1u) / u.splits;
  let firstPixel = min(pixels, split * perSplit);
  let inner = min(pixels, firstPixel + perSplit) - firstPixel;`,
    begin: `
  let weightRow = firstRow + leftOuter;
  let ci = weightRow % u.inChannels;
  let tap = weightRow / u.inChannels;
  let tapRow = tap / u.kernelWidth * u.dilation - u.padding;
  let tapColumn = tap % u.kernelWidth * u.dilation - u.padding;
  let pixel = firstPixel + leftInner;
  var ho = pixel / u.outWidth % u.outHeight;
  var wo = pixel % u.outWidth;
  var imageRow = pixel / (u.outWidth * u.outHeight) * u.height;
  var xTerm = leftInner;
  let co = firstColumn + rightOuter;
  let outChannels = columns - min(columns, co);
  var dyTerm = rightInner;`,
    prepare: `
    let wo0 = wo;
    let ho0 = ho;
    let imageRow0 = imageRow;
${unroll(
  3,
  (i) => `
    let nextRow${i} = wo${i} + 1u == u.outWidth;
    let nextImage${i} = nextRow${i} & (ho${i} + 1u == u.outHeight);
    let wo${i + 1} = select(wo${i} + 1u, 0u, nextRow${i});
    let ho${i + 1} = select(ho${i} + u32(nextRow${i}), 0u, nextImage${i});
    let imageRow${i + 1} = imageRow${i} + select(0u, u.height, nextImage${i});`,
)}
    let some = select(0u, 4u, weightRow < rows);`,
    left: {
      along: "outer",
      line: (i) =>
        `loadTap(imageRow${i}, ho${i} * u.stride + tapRow, wo${i} * u.stride + tapColumn, ci, select(0u, some, xTerm + ${i}u < inner))`,
    },
    right: {
      along: "outer",
      line: (i) => `loadDy((firstPixel + dyTerm + ${i}u) * u.yChannels + u.yOffset + co, select(0u, outChannels, dyTerm + ${i}u < inner))`,
    },
    advance: `
    xTerm += ${tile.depth}u;
    dyTerm += ${tile.depth}u;
    wo += ${tile.depth}u;
    while (wo >= u.outWidth) {
      wo -= u.outWidth;
      ho++;
      if (ho == u.outHeight) { ho = 0u; imageRow += u.height; }
    }`,
    store: `
${padded ? withoutPadding("columns", "termByTerm(firstPixel, inner, row, column + c)") : ""}
        let count = columns - column;
        let at = (split * rows + row) * u.outChannels + column;
${tileStore("partial", vectors, (value) => value)}`,
  });
}

/** A sum over the pixels whose tap lies inside the image alone. */
const termByTerm = (vectors: boolean): string => `fn termByTerm(firstPixel: u32, count: u32, row: u32, co: u32) -> f32 {
  let tap = row / u.inChannels;
  var sum = 0.0;
  for (var pixel = firstPixel; pixel < firstPixel + count; pixel++) {
    let h = pixel / u.outWidth % u.outHeight * u.stride + tap / u.kernelWidth * u.dilation - u.padding;
    let w = pixel % u.outWidth * u.stride + tap % u.kernelWidth * u.dilation - u.padding;
    if (h >= u.height || w >= u.width) { continue; }
    let xAt = ((pixel / (u.outWidth * u.outHeight) * u.height + h) * u.width + w) * u.inChannels + row % u.inChannels;
    let dyAt = pixel * u.yChannels + u.yOffset + co;
    sum += ${numberAt("x", true, "xAt")} * ${numberAt("dy", vectors, "dyAt")};
  }
  return sum;
}`;
