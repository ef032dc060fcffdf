import { threadIndex } from "../kernel.ts";
import { unroll, wgsl } from "../wgsl.ts";
import type { Conv2dForwardProblem } from "./conv2d.ts";
import { depthwiseColumns, depthwiseRow, depthwiseTaps } from "./depthwiseRow.wgsl.ts";

/** One thread computes 4 channels of 4 columns side by side, so that neighbours share their values and the weights: {@link depthwiseRow}. */
export const depthwise = (bias: boolean, { kernelWidth, stride, dilation, activation }: Conv2dForwardProblem): string => wgsl`
${threadIndex(64)}
  let quads = u.inChannels / 4u;
  let tiles = (u.outWidth + ${depthwiseColumns - 1}u) / ${depthwiseColumns}u;
  let row = index / (quads * tiles);
  if (row >= u.batch * u.outHeight) { return; }
  let quad = index % quads;
  let column = index / quads % tiles * ${depthwiseColumns}u;
  let n = row / u.outHeight;
  let ho = row - n * u.outHeight;
  let first = column * u.stride - u.padding;
  #if ${bias}
  let start = vec4f(bias[4u * quad], bias[4u * quad + 1u], bias[4u * quad + 2u], bias[4u * quad + 3u]);
  #else
  let start = vec4f(0.0);
  #endif
${unroll(depthwiseColumns, (t) => `  var sum${t} = start;`)}
  for (var kh = 0u; kh < u.kernelHeight; kh++) {
    let h = ho * u.stride + kh * u.dilation - u.padding;
    if (h >= u.height) { continue; }
    let xRow = (n * u.height + h) * u.width;
${unroll(kernelWidth, (s) => `    let w${s} = vec4f(weight[(kh * u.kernelWidth + ${s}u) * quads + quad]);`)}
${depthwiseRow(
  depthwiseTaps(kernelWidth, (t, s) => t * stride + s * dilation),
  {
    image: "x",
    width: "u.width",
    at: (at) => `(xRow + ${at}) * quads + quad`,
    sum: ({ column }) => `sum${column}`,
    product: ({ tap }, value) => `${value} * w${tap}`,
  },
)}
  }
  let pixel = row * u.outWidth + column;
${unroll(depthwiseColumns, (t) => {
  // Not max(): a NaN passes through, as in PyTorch.
  const value = activation === "relu" ? `select(sum${t}, vec4f(0.0), sum${t} < vec4f(0.0))` : `sum${t}`;
  return `  if (column + ${t}u < u.outWidth) { y[((pixel + ${t}u) * u.yChannels + u.yOffset) / 4u + quad] = YElement(${value}); }`;
})}
}`;
