import { threadIndex } from "../kernel.ts";
import { unroll, wgsl } from "../wgsl.ts";

/** Pixels that one thread computes. */
export const tilePixels = 8;

/**
 * One thread computes 4 output channels of 8 pixels that follow each other (over rows and images), so that each weight loaded serves 8
 * pixels and each x loaded 4 channels. No workgroup memory: fastest where all memory is a processor's cache.
 * Conditions are joined by &, which does not branch as && does. Products are selected, not factors: padding times an infinite weight is 0 too.
 * x is read as vec4 over input channels; weight and y too when their channels allow it (`vectors`).
 */
export const registerTile = (bias: boolean, activation: "none" | "relu", vectors: boolean): string => wgsl`
fn weightAt(row: u32, co: u32) -> vec4f {
  #if ${vectors}
  return vec4f(weight[(row * u.outChannels + co) / 4u]);
  #else
  // Channels past the last are computed from clamped loads and never stored.
  let last = u.outChannels - 1u;
  let at = row * u.outChannels;
  return vec4f(vec4(weight[at + co], weight[at + min(co + 1u, last)], weight[at + min(co + 2u, last)], weight[at + min(co + 3u, last)]));
  #endif
}

fn finish(pixel: u32, pixels: u32, co: u32, sum: vec4f) {
  if (pixel >= pixels) { return; }
  var value = sum;
  #if ${activation === "relu"}
  value = select(value, vec4f(0.0), value < vec4f(0.0));
  #endif
  let at = pixel * u.yChannels + u.yOffset + co;
  #if ${vectors}
  y[at / 4u] = YElement(value);
  #else
  let left = u.outChannels - co;
  y[at] = YElement(value.x);
  if (left > 1u) { y[at + 1u] = YElement(value.y); }
  if (left > 2u) { y[at + 2u] = YElement(value.z); }
  if (left > 3u) { y[at + 3u] = YElement(value.w); }
  #endif
}

${threadIndex(32)}
  let columns = (u.outChannels + 3u) / 4u;
  let pixels = u.batch * u.outHeight * u.outWidth;
  let co = index % columns * 4u;
  let firstPixel = index / columns * ${tilePixels}u;
  if (firstPixel >= pixels) { return; }

${unroll(
  tilePixels,
  (t) => `
  let pixel${t} = firstPixel + ${t}u;
  let image${t} = pixel${t} / (u.outHeight * u.outWidth) * u.height;
  let top${t} = pixel${t} / u.outWidth % u.outHeight * u.stride - u.padding;
  let left${t} = pixel${t} % u.outWidth * u.stride - u.padding;
  // Pixels past the last have no row inside the image.
  let inside${t} = pixel${t} < pixels;
  var sum${t} = vec4f(0.0);`,
)}
  #if ${bias}
  let last = u.outChannels - 1u;
  let start = vec4f(bias[co], bias[min(co + 1u, last)], bias[min(co + 2u, last)], bias[min(co + 3u, last)]);
${unroll(tilePixels, (t) => `  sum${t} = start;`)}
  #endif

  let quads = u.inChannels / 4u;
  for (var kh = 0u; kh < u.kernelHeight; kh++) {
    for (var kw = 0u; kw < u.kernelWidth; kw++) {
${unroll(
  tilePixels,
  (t) => `
      let h${t} = top${t} + kh * u.dilation;
      let w${t} = left${t} + kw * u.dilation;
      let use${t} = inside${t} & (h${t} < u.height) & (w${t} < u.width);
      let x${t} = select(0u, ((image${t} + h${t}) * u.width + w${t}) * quads, use${t});`,
)}
      let row = (kh * u.kernelWidth + kw) * u.inChannels;
      for (var quad = 0u; quad < quads; quad++) {
        let a = weightAt(row + 4u * quad, co);
        let b = weightAt(row + 4u * quad + 1u, co);
        let c = weightAt(row + 4u * quad + 2u, co);
        let d = weightAt(row + 4u * quad + 3u, co);
${unroll(
  tilePixels,
  (t) => `
        let v${t} = vec4f(x[x${t} + quad]);
        sum${t} += select(vec4f(0.0), v${t}.x * a + v${t}.y * b + v${t}.z * c + v${t}.w * d, use${t});`,
)}
      }
    }
  }
${unroll(tilePixels, (t) => `  finish(pixel${t}, pixels, co, sum${t});`)}
}`;
