import { threadIndex } from "../kernel.ts";
import { unroll, wgsl } from "../wgsl.ts";
import { maximumKey } from "./maximumKey.wgsl.ts";

/** Pooled rows that one thread computes. */
export const bandRows = 8;

/** The pixels of a block of two rows: a window's three columns. */
const pixels = [0, 1].flatMap((row) => [0, 1, 2].map((column) => ({ name: `${row}${column}`, row, column })));

/**
 * One thread computes 4 channels of one pooled column, down a band of rows, for windows of 3×3 in steps of 2. It convolves two rows at a time: the
 * first ends the window above and begins the next, so that only columns are computed more than once (3 for 2). All is vec4 over channels.
 */
export const band = (padded: boolean): string => wgsl`
${maximumKey("vec4")}
${threadIndex(32)}
  let channels = u.outChannels / 4u;
  let bands = (u.outHeight + ${bandRows - 1}u) / ${bandRows}u;
  if (index >= u.batch * bands * u.outWidth * channels) { return; }
  let channel = index % channels;
  let column = index / channels % u.outWidth;
  let firstRow = index / (channels * u.outWidth) % bands * ${bandRows}u;
  let n = index / (channels * u.outWidth * bands);
  let endRow = min(firstRow + ${bandRows}u, u.outHeight);
  let start = vec4f(bias[channel]);
  let quads = u.inChannels / 4u;

  var best = vec4u(0u);
  var offset = vec4u(0u);
  for (var block = firstRow; block <= endRow; block++) {
${unroll(pixels.length, (i) => {
  const { name, row, column } = pixels[i]!;
  return `
    let inside${name} = vec4<bool>((2u * block + ${row}u < u.convHeight) & (2u * column + ${column}u < u.convWidth));
    let top${name} = (2u * block + ${row}u) * u.stride - u.padding;
    let left${name} = (2u * column + ${column}u) * u.stride - u.padding;
    var sum${name} = start;`;
})}
    for (var kh = 0u; kh < u.kernelHeight; kh++) {
      for (var kw = 0u; kw < u.kernelWidth; kw++) {
        let taps = (kh * u.kernelWidth + kw) * u.inChannels * channels + channel;
        for (var quad = 0u; quad < quads; quad++) {
          let row = taps + 4u * quad * channels;
          let a = vec4f(weight[row]);
          let b = vec4f(weight[row + channels]);
          let c = vec4f(weight[row + 2u * channels]);
          let d = vec4f(weight[row + 3u * channels]);
${unroll(pixels.length, (i) => {
  const { name } = pixels[i]!;
  const products = `v${name}.x * a + v${name}.y * b + v${name}.z * c + v${name}.w * d`;
  return `
          let h${name} = top${name} + kh;
          let w${name} = left${name} + kw;
          let use${name} = (h${name} < u.height) & (w${name} < u.width);
          let v${name} = vec4f(x[select(0u, ((n * u.height + h${name}) * u.width + w${name}) * quads + quad, use${name})]);
          sum${name} += ${padded ? `select(vec4f(0.0), ${products}, use${name})` : products};`;
})}
        }
      }
    }

${unroll(
  2,
  (row) => `
    var key${row} = keyOf(sum${row}0, inside${row}0);
    var place${row} = vec4u(${3 * row}u);
${unroll(
  2,
  (i) => `
    let next${row}${i + 1} = keyOf(sum${row}${i + 1}, inside${row}${i + 1});
    let better${row}${i + 1} = isBetter(next${row}${i + 1}, key${row});
    key${row} = select(key${row}, next${row}${i + 1}, better${row}${i + 1});
    place${row} = select(place${row}, vec4u(${3 * row + i + 1}u), better${row}${i + 1});`,
)}`,
)}
    if (block > firstRow) {
      let last = isBetter(key0, best);
      best = select(best, key0, last);
      offset = select(offset, place0 + vec4u(6u), last);
      let at = ((n * u.outHeight + block - 1u) * u.outWidth + column) * channels + channel;
      y[at] = YElement(bitcast<vec4f>(best));
      argmax[at] = offset.x | (offset.y << 8u) | (offset.z << 16u) | (offset.w << 24u);
    }
    let second = isBetter(key1, key0);
    best = select(key0, key1, second);
    offset = select(place0, place1, second);
  }
}`;
