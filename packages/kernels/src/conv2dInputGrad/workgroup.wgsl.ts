import { numberAt, withoutPadding } from "../wgsl/withoutPadding.wgsl.ts";
import type { WorkgroupTile } from "../wgsl/workgroupTile.ts";
import { tileLoad, tileStore, workgroupTile } from "../wgsl/workgroupTile.wgsl.ts";
import { unroll } from "../wgsl.ts";

/** What the source of {@link workgroup} depends on besides its tile. */
export interface WorkgroupInputGrad {
  readonly bias: boolean;
  readonly accumulate: boolean;
  /** Whether some tap of some input belongs to no output. */
  readonly padded: boolean;
  /** Whether dy and weight are read as vec4 over output channels. */
  readonly outVectors: boolean;
  /** Whether dx is read and written as vec4 over input channels. */
  readonly inVectors: boolean;
}

/**
 * The gradient as products by {@link workgroupTile} (implicit GEMM), stride² of them: an input pixel and a tap meet in an output only where both leave
 * the same remainder by the stride, so each product has the pixels of one pair of remainders as its rows and the taps that meet them as its terms,
 * and nothing is multiplied by the zeros between outputs. Columns are input channels; terms run over taps and, fastest, output channels in fours.
 *
 * Right for strides that share no divisor with the dilation, where every stride-th tap has the same remainder.
 */
export function workgroup(tile: WorkgroupTile, { bias, accumulate, padded, outVectors, inVectors }: WorkgroupInputGrad): string {
  return workgroupTile({
    tile,
    functions: [tileLoad("dy", outVectors), tileLoad("weight", outVectors), phaseAxis, ...(padded ? [termByTerm(outVectors)] : [])].join(
      "\n",
    ),
    place: `
  let columns = u.inChannels;
  let across = (columns + ${tile.columns - 1}u) / ${tile.columns}u;
  let most = u.batch * ((u.height + u.stride - 1u) / u.stride) * ((u.width + u.stride - 1u) / u.stride);
  let down = (most + ${tile.rows - 1}u) / ${tile.rows}u;
  let firstColumn = index % across * ${tile.columns}u;
  let firstRow = index / across % down * ${tile.rows}u;
  let phase = index / (across * down);
  if (phase >= u.stride * u.stride) { return; }
  let vertical = phaseAxis(phase / u.stride, u.height, u.kernelHeight);
  let horizontal = phaseAxis(phase % u.stride, u.width, u.kernelWidth);
  let rows = u.batch * vertical.pixels * horizontal.pixels;
  if (firstRow >= rows) { return; }
  // Channels to the next four: those past the last are zero in both operands.
  let channels = (u.outChannels + 3u) / 4u * 4u;
  let inner = vertical.taps * horizontal.taps * channels;`,
    begin: `
  // Both operands are loaded by the same threads along the terms, so that they share tap and channel.
  var channel = leftInner % channels;
  var tapColumn = leftInner / channels % max(1u, horizontal.taps);
  var tapRow = leftInner / (channels * max(1u, horizontal.taps));
${unroll(
  4,
  (i) => `
  let pixel${i} = firstRow + leftOuter + ${i}u;
  let image${i} = pixel${i} / (vertical.pixels * horizontal.pixels) * u.outHeight;
  // Past the last pixel is a row that no tap brings among the outputs.
  let top${i} = select(0x80000000u, pixel${i} / horizontal.pixels % vertical.pixels + vertical.firstOutput, pixel${i} < rows);
  let side${i} = pixel${i} % horizontal.pixels + horizontal.firstOutput;`,
)}
  let ci = firstColumn + rightOuter;`,
    prepare: `
    let some = select(0u, u.outChannels - min(u.outChannels, channel), tapRow < vertical.taps);
    let down = tapRow * u.dilation;
    let right = tapColumn * u.dilation;
    let kh = vertical.firstTap + tapRow * u.stride;
    let kw = horizontal.firstTap + tapColumn * u.stride;
    let weightAt = ((kh * u.kernelWidth + kw) * u.inChannels + ci) * u.outChannels + channel;`,
    left: { along: "inner", line: (i) => `loadOutput(image${i}, top${i} - down, side${i} - right, channel, some)` },
    right: {
      along: "inner",
      line: (i) => `loadWeight(weightAt + ${i}u * u.outChannels, select(0u, some, ci + ${i}u < columns))`,
    },
    advance: `
    channel += ${tile.depth}u;
    while (channel >= channels) {
      channel -= channels;
      tapColumn++;
      if (tapColumn >= horizontal.taps) { tapColumn = 0u; tapRow++; }
    }`,
    store: `
        let w = row % horizontal.pixels * u.stride + phase % u.stride;
        let h = row / horizontal.pixels % vertical.pixels * u.stride + phase / u.stride;
        let pixel = (row / (horizontal.pixels * vertical.pixels) * u.height + h) * u.width + w;
${padded ? withoutPadding("columns", "termByTerm(pixel, column + c)") : ""}
        let count = columns - column;
${bias ? "        let last = columns - 1u;\n        value += vec4f(bias[column], bias[min(column + 1u, last)], bias[min(column + 2u, last)], bias[min(column + 3u, last)]);" : ""}
        let at = pixel * u.inChannels + column;
${tileStore("dx", inVectors, (value, place) => `DxElement(${accumulate ? `${inVectors ? "vec4f" : "f32"}(${place}) + ` : ""}${value})`)}`,
  });
}

/** What the pixels of one remainder have in common along one axis. */
const phaseAxis = `struct PhaseAxis {
  /** How many there are. */
  pixels: u32,
  /** The first tap that meets them in an output, and how many there are from it on, a stride apart. */
  firstTap: u32,
  taps: u32,
  /** The output, below zero as a large u32, that the first of them meets under the first tap: one further a pixel, and dilation back a tap. */
  firstOutput: u32,
}

fn phaseAxis(remainder: u32, size: u32, kernel: u32) -> PhaseAxis {
  var axis: PhaseAxis;
  axis.pixels = (size + u.stride - 1u - remainder) / u.stride;
  let shifted = remainder + u.padding;
  for (axis.firstTap = 0u; axis.firstTap < u.stride - 1u; axis.firstTap++) {
    if ((axis.firstTap * u.dilation) % u.stride == shifted % u.stride) { break; }
  }
  axis.taps = (kernel + u.stride - 1u - min(kernel + u.stride - 1u, axis.firstTap)) / u.stride;
  axis.firstOutput = u32((i32(shifted) - i32(axis.firstTap * u.dilation)) / i32(u.stride));
  return axis;
}

fn loadOutput(image: u32, ho: u32, wo: u32, channel: u32, some: u32) -> vec4f {
  let inside = (ho < u.outHeight) & (wo < u.outWidth);
  return loadDy(((image + ho) * u.outWidth + wo) * u.yChannels + u.yOffset + channel, select(0u, some, inside));
}`;

/** A sum over the taps that meet an output alone. */
const termByTerm = (vectors: boolean): string => `fn termByTerm(pixel: u32, ci: u32) -> f32 {
  let w = pixel % u.width;
  let h = pixel / u.width % u.height;
  let image = pixel / (u.width * u.height);
  var sum = 0.0;
  for (var kh = 0u; kh < u.kernelHeight; kh++) {
    // Below zero wraps to a large u32, whose quotient is no row of y either.
    let top = h + u.padding - kh * u.dilation;
    if (top / u.stride >= u.outHeight || top % u.stride != 0u) { continue; }
    for (var kw = 0u; kw < u.kernelWidth; kw++) {
      let left = w + u.padding - kw * u.dilation;
      if (left / u.stride >= u.outWidth || left % u.stride != 0u) { continue; }
      let dyAt = ((image * u.outHeight + top / u.stride) * u.outWidth + left / u.stride) * u.yChannels + u.yOffset;
      let weightAt = ((kh * u.kernelWidth + kw) * u.inChannels + ci) * u.outChannels;
      for (var co = 0u; co < u.outChannels; co++) {
        sum += ${numberAt("dy", vectors, "dyAt + co")} * ${numberAt("weight", vectors, "weightAt + co")};
      }
    }
  }
  return sum;
}`;
