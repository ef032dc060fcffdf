import { threadIndex } from "../kernel.ts";
import { unroll, wgsl } from "../wgsl.ts";

/**
 * One thread computes, for one tap and split, 4·`quads` input channels × 4·`columns` output channels: an outer product a pixel, whose
 * loads each serve many sums. x is read as vec4 over channels, dy and the partial sums too with `vectors`; without, `columns` is 1.
 */
export const registerTile = (quads: number, columns: 1 | 2, vectors: boolean): string => wgsl`
fn store(row: u32, co: u32, value: vec4f) {
  let at = row * u.outChannels + co;
  #if ${vectors}
  partial[at / 4u] = value;
  #else
  let left = u.outChannels - co;
  partial[at] = value.x;
  if (left > 1u) { partial[at + 1u] = value.y; }
  if (left > 2u) { partial[at + 2u] = value.z; }
  if (left > 3u) { partial[at + 3u] = value.w; }
  #endif
}

${threadIndex(16)}
  let columns = (u.outChannels + ${4 * columns - 1}u) / ${4 * columns}u;
  let blocks = u.inChannels / ${4 * quads}u;
  let taps = u.kernelHeight * u.kernelWidth;
  if (index >= u.splits * taps * blocks * columns) { return; }
  let co = index % columns * ${4 * columns}u;
  let ci = index / columns % blocks * ${4 * quads}u;
  let tap = index / (columns * blocks) % taps;
  let split = index / (columns * blocks * taps);
  let kh = tap / u.kernelWidth;
  let kw = tap % u.kernelWidth;

${unroll(4 * quads, (i) => unroll(columns, (c) => `  var sum${i}_${c} = vec4f(0.0);`))}
  let pixels = u.batch * u.outHeight * u.outWidth;
  let perSplit = (pixels + u.splits - 1u) / u.splits;
  let begin = split * perSplit;
  let end = min(pixels, begin + perSplit);
  let last = u.outChannels - 1u;
  for (var row = begin / u.outWidth; row * u.outWidth < end; row++) {
    let h = row % u.outHeight * u.stride + kh * u.dilation - u.padding;
    if (h >= u.height) { continue; }
    let xRow = (row / u.outHeight * u.height + h) * u.width;
    let start = row * u.outWidth;
    let past = min(end, start + u.outWidth);
    for (var pixel = max(begin, start); pixel < past; pixel++) {
      let w = (pixel - start) * u.stride + kw * u.dilation - u.padding;
      if (w >= u.width) { continue; }
      let dyAt = pixel * u.yChannels + u.yOffset;
      #if ${vectors}
${unroll(columns, (c) => `      let g${c} = vec4f(dy[(dyAt + co) / 4u + ${c}u]);`)}
      #else
      let g0 = vec4f(vec4(dy[dyAt + co], dy[dyAt + min(co + 1u, last)], dy[dyAt + min(co + 2u, last)], dy[dyAt + min(co + 3u, last)]));
      #endif
      let xAt = ((xRow + w) * u.inChannels + ci) / 4u;
${unroll(
  quads,
  (q) => `
      let v${q} = vec4f(x[xAt + ${q}u]);
${unroll(
  columns,
  (c) => `
      sum${4 * q}_${c} += v${q}.x * g${c};
      sum${4 * q + 1}_${c} += v${q}.y * g${c};
      sum${4 * q + 2}_${c} += v${q}.z * g${c};
      sum${4 * q + 3}_${c} += v${q}.w * g${c};`,
)}`,
)}
    }
  }
  let first = (split * taps + tap) * u.inChannels + ci;
${unroll(4 * quads, (i) => unroll(columns, (c) => `  store(first + ${i}u, co + ${4 * c}u, sum${i}_${c});`))}
}`;
