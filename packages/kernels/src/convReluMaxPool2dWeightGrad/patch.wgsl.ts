import type { ConvReluMaxPool2dProblem } from "../convReluMaxPool2d/convReluMaxPool2dProblem.ts";
import { threadIndex } from "../kernel.ts";
import { unroll, wgsl } from "../wgsl.ts";

/**
 * One thread computes all weights of an output channel for one split: it goes through the pooled pixels and adds the patch of x under each maximum, as
 * vec4 over input channels, times dz.
 */
export const patch = ({ kernelHeight, kernelWidth, inChannels, padding, poolKernel }: ConvReluMaxPool2dProblem): string => {
  const quads = inChannels / 4;
  const taps = kernelHeight * kernelWidth;
  /** A line for each vec4 of the patch. */
  const overPatch = (line: (tap: number, quad: number, i: number) => string) =>
    unroll(taps * quads, (i) => line(Math.floor(i / quads), i % quads, i));
  // offset / poolKernel for offsets below 256: a division by a number in memory takes many instructions.
  const row = `(offset * ${Math.ceil(4096 / poolKernel)}u) >> 12u`;
  return wgsl`
${threadIndex(64)}
  if (index >= u.splits * u.outChannels) { return; }
  let co = index % u.outChannels;
  let split = index / u.outChannels;
  let pixels = u.batch * u.outHeight * u.outWidth;
  let perSplit = (pixels + u.splits - 1u) / u.splits;
  let begin = split * perSplit;
  let end = min(pixels, begin + perSplit);
  let quadsOut = (u.outChannels + 3u) / 4u;
  let shift = co % 4u * 8u;

${overPatch((_, __, i) => `  var sum${i} = vec4f(0.0);`)}
  var column = begin % u.outWidth;
  var row = begin / u.outWidth % u.outHeight;
  var image = begin / (u.outWidth * u.outHeight);
  for (var pixel = begin; pixel < end; pixel++) {
    let offset = (argmax[pixel * quadsOut + co / 4u] >> shift) & 255u;
    let down = ${row};
    let h = (row * u.poolStride + down - u.poolPadding) * u.stride - u.padding;
    let w = (column * u.poolStride + offset - down * ${poolKernel}u - u.poolPadding) * u.stride - u.padding;
    let at = ((image * u.height + h) * u.width + w) * ${quads}u;
    let gradient = f32(dz[pixel * u.outChannels + co]);
${overPatch((tap, quad, i) => {
  const [kh, kw] = [Math.floor(tap / kernelWidth), tap % kernelWidth];
  const at = `at + ${kh * quads}u * u.width + ${kw * quads + quad}u`;
  if (padding === 0) return `    sum${i} += gradient * vec4f(x[${at}]);`;
  const inside = `(h + ${kh}u < u.height) & (w + ${kw}u < u.width)`;
  return `    { let inside = ${inside}; sum${i} += select(vec4f(0.0), gradient * vec4f(x[select(0u, ${at}, inside)]), inside); }`;
})}
    column++;
    if (column == u.outWidth) { column = 0u; row++; }
    if (row == u.outHeight) { row = 0u; image++; }
  }

  let first = split * ${4 * taps * quads}u * u.outChannels + co;
${overPatch((_, __, i) => unroll(4, (c) => `  partial[first + ${4 * i + c}u * u.outChannels] = sum${i}.${"xyzw"[c]};`))}
}`;
};
