import { depthwiseColumns, depthwiseRow, depthwiseTaps } from "../conv2d/depthwiseRow.wgsl.ts";
import { threadIndex } from "../kernel.ts";
import { unroll, wgsl } from "../wgsl.ts";
import type { Conv2dInputGradProblem } from "./conv2dInputGrad.ts";

/**
 * One thread computes 4 channels of 4 input columns side by side ({@link depthwiseRow}). With stride 2 the columns start where the first one's tap 0
 * meets an output, so that it is known beforehand which taps do.
 */
export const depthwise = (bias: boolean, { kernelWidth, stride, dilation, accumulate }: Conv2dInputGradProblem): string => wgsl`
${threadIndex(64)}
  let quads = u.inChannels / 4u;
  let shift = u.padding % ${stride}u;
  let tiles = (u.width + shift + ${depthwiseColumns - 1}u) / ${depthwiseColumns}u;
  let row = index / (quads * tiles);
  if (row >= u.batch * u.height) { return; }
  let quad = index % quads;
  // Before the first column it wraps to a large u32, which is no column of dx.
  let column = index / quads % tiles * ${depthwiseColumns}u - shift;
  let n = row / u.height;
  let h = row - n * u.height;
  let first = (column + u.padding) / ${stride}u;
  #if ${bias}
  let start = vec4f(bias[4u * quad], bias[4u * quad + 1u], bias[4u * quad + 2u], bias[4u * quad + 3u]);
  #else
  let start = vec4f(0.0);
  #endif
${unroll(depthwiseColumns, (t) => `  var sum${t} = start;`)}
  for (var kh = 0u; kh < u.kernelHeight; kh++) {
    let top = h + u.padding - kh * u.dilation;
    if ((top / ${stride}u >= u.outHeight) | (top % ${stride}u != 0u)) { continue; }
    let dyRow = (n * u.outHeight + top / ${stride}u) * u.outWidth;
${unroll(kernelWidth, (s) => `    let w${s} = vec4f(weight[(kh * u.kernelWidth + ${s}u) * quads + quad]);`)}
${depthwiseRow(
  depthwiseTaps(kernelWidth, (t, s) => (t - s * dilation) / stride),
  {
    image: "dy",
    width: "u.outWidth",
    at: (at) => `((dyRow + ${at}) * u.yChannels + u.yOffset) / 4u + quad`,
    sum: ({ column }) => `sum${column}`,
    product: ({ tap }, value) => `${value} * w${tap}`,
  },
)}
  }
  let startAt = (row * u.width + column) * quads + quad;
${unroll(depthwiseColumns, (t) => {
  const at = `dx[startAt + ${t}u * quads]`;
  return `  if (column + ${t}u < u.width) { ${at} = DxElement(${accumulate ? `vec4f(${at}) + sum${t}` : `sum${t}`}); }`;
})}
}`;
