import { threadIndex } from "../kernel.ts";
import { unroll, wgsl } from "../wgsl.ts";

/** Input pixels that one thread computes. */
export const tilePixels = 8;

/**
 * One thread computes 4 input channels of 8 pixels that follow each other, so that each weight loaded serves 8 pixels.
 * Conditions are joined by & and stride 2 is a shift, because branches and divisions in unrolled code make some compilers run for minutes.
 * Products are selected, not factors, so that an infinite weight adds nothing where there is no output.
 * `masked`: dx is zero where mask is not above zero. With `vectors` dy and weight are read as vec4 over output channels and multiplied by dot products; without, one by one.
 */
export const registerTile = (bias: boolean, accumulate: boolean, masked: boolean, vectors: boolean, stride: 1 | 2): string => wgsl`
${threadIndex(32)}
  let columns = u.inChannels / 4u;
  let pixels = u.batch * u.height * u.width;
  let ci = index % columns * 4u;
  let firstPixel = index / columns * ${tilePixels}u;
  if (firstPixel >= pixels) { return; }
  let start = ${bias ? "vec4f(bias[ci], bias[ci + 1u], bias[ci + 2u], bias[ci + 3u])" : "vec4f(0.0)"};

${unroll(
  tilePixels,
  (t) => `
  let pixel${t} = firstPixel + ${t}u;
  let image${t} = pixel${t} / (u.height * u.width) * u.outHeight;
  let h${t} = pixel${t} / u.width % u.height + u.padding;
  let w${t} = pixel${t} % u.width + u.padding;
  let inside${t} = pixel${t} < pixels;
  var sum${t} = start;`,
)}

  for (var kh = 0u; kh < u.kernelHeight; kh++) {
    for (var kw = 0u; kw < u.kernelWidth; kw++) {
${unroll(tilePixels, (t) =>
  stride === 2
    ? `
      let top${t} = h${t} - kh * u.dilation;
      let left${t} = w${t} - kw * u.dilation;
      let ho${t} = top${t} >> 1u;
      let wo${t} = left${t} >> 1u;
      let use${t} = inside${t} & (ho${t} < u.outHeight) & (wo${t} < u.outWidth) & (((top${t} | left${t}) & 1u) == 0u);`
    : `
      let ho${t} = h${t} - kh * u.dilation;
      let wo${t} = w${t} - kw * u.dilation;
      let use${t} = inside${t} & (ho${t} < u.outHeight) & (wo${t} < u.outWidth);`,
)}
${unroll(tilePixels, (t) => `      let dy${t} = select(0u, ((image${t} + ho${t}) * u.outWidth + wo${t}) * u.yChannels + u.yOffset, use${t});`)}
      let row = ((kh * u.kernelWidth + kw) * u.inChannels + ci) * u.outChannels;
      #if ${vectors}
      for (var co = 0u; co < u.outChannels; co += 4u) {
        let a = vec4f(weight[(row + co) / 4u]);
        let b = vec4f(weight[(row + u.outChannels + co) / 4u]);
        let c = vec4f(weight[(row + 2u * u.outChannels + co) / 4u]);
        let d = vec4f(weight[(row + 3u * u.outChannels + co) / 4u]);
${unroll(
  tilePixels,
  (t) => `
        let v${t} = vec4f(dy[(dy${t} + co) / 4u]);
        sum${t} += select(vec4f(0.0), vec4f(dot(v${t}, a), dot(v${t}, b), dot(v${t}, c), dot(v${t}, d)), use${t});`,
)}
      }
      #else
      for (var co = 0u; co < u.outChannels; co++) {
        let at = row + co;
        let a = vec4f(vec4(weight[at], weight[at + u.outChannels], weight[at + 2u * u.outChannels], weight[at + 3u * u.outChannels]));
${unroll(tilePixels, (t) => `        sum${t} += select(vec4f(0.0), f32(dy[dy${t} + co]) * a, use${t});`)}
      }
      #endif
    }
  }
  let at = (firstPixel * u.inChannels + ci) / 4u;
${unroll(tilePixels, (t) => {
  const place = `[at + ${t}u * columns]`;
  const value = accumulate ? `vec4f(dx${place}) + sum${t}` : `sum${t}`;
  const stored = masked ? `select(${value}, vec4f(0.0), vec4f(mask${place}) <= vec4f(0.0))` : value;
  return `  if (inside${t}) { dx${place} = DxElement(${stored}); }`;
})}
}`;
