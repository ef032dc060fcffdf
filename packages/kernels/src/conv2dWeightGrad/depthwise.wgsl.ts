import { depthwiseColumns, depthwiseRow, depthwiseTaps } from "../conv2d/depthwiseRow.wgsl.ts";
import { threadIndex } from "../kernel.ts";
import { unroll, wgsl } from "../wgsl.ts";
import type { Conv2dWeightGradProblem } from "./conv2dWeightGrad.ts";

/** One thread computes, for 4 channels, one row of taps and one split: 4 pixels side by side at a time, which share their values ({@link depthwiseRow}). */
export const depthwise = ({ kernelWidth, stride, dilation }: Conv2dWeightGradProblem): string => wgsl`
${threadIndex(64)}
  let quads = u.inChannels / 4u;
  if (index >= u.splits * u.kernelHeight * quads) { return; }
  let quad = index % quads;
  let kh = index / quads % u.kernelHeight;
  let split = index / (quads * u.kernelHeight);

  let pixels = u.batch * u.outHeight * u.outWidth;
  let perSplit = (pixels + u.splits - 1u) / u.splits;
  let begin = split * perSplit;
  let end = min(pixels, begin + perSplit);
${unroll(kernelWidth, (s) => `  var sum${s} = vec4f(0.0);`)}
  for (var row = begin / u.outWidth; row * u.outWidth < end; row++) {
    let h = row % u.outHeight * u.stride + kh * u.dilation - u.padding;
    if (h >= u.height) { continue; }
    let xRow = (row / u.outHeight * u.height + h) * u.width;
    let start = row * u.outWidth;
    let past = min(end, start + u.outWidth);
    for (var pixel = max(begin, start); pixel < past; pixel += ${depthwiseColumns}u) {
      let first = (pixel - start) * u.stride - u.padding;
${unroll(
  depthwiseColumns,
  (t) => `
      let own${t} = pixel + ${t}u < past;
      let g${t} = vec4f(dy[(min(pixel + ${t}u, past - 1u) * u.yChannels + u.yOffset) / 4u + quad]);`,
)}
${depthwiseRow(
  depthwiseTaps(kernelWidth, (t, s) => t * stride + s * dilation),
  {
    image: "x",
    width: "u.width",
    at: (at) => `(xRow + ${at}) * quads + quad`,
    sum: ({ tap }) => `sum${tap}`,
    product: ({ column }, value) => `${value} * g${column}`,
    whole: `own${depthwiseColumns - 1}`,
    only: ({ column }) => `own${column}`,
  },
)}
    }
  }
  let at = (split * u.kernelHeight + kh) * u.kernelWidth * quads + quad;
${unroll(kernelWidth, (s) => `  partial[at + ${s}u * quads] = sum${s};`)}
}`;
