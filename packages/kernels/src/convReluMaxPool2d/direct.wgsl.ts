import { threadIndex } from "../kernel.ts";
import { wgsl } from "../wgsl.ts";

/** One thread per pooled pixel and four channels (fewer at the end), one after the other: every window convolves all that it looks at. */
export const direct = (): string => wgsl`
fn isNan(value: f32) -> bool {
  // By its bits: compilers may assume that no value differs from itself.
  return (bitcast<u32>(value) & 0x7fffffffu) > 0x7f800000u;
}

fn convolution(n: u32, row: u32, column: u32, co: u32) -> f32 {
  var sum = bias[co];
  for (var kh = 0u; kh < u.kernelHeight; kh++) {
    // Below zero wraps to a large u32, so one comparison tests both edges of the image.
    let h = row * u.stride + kh - u.padding;
    if (h >= u.height) { continue; }
    for (var kw = 0u; kw < u.kernelWidth; kw++) {
      let w = column * u.stride + kw - u.padding;
      if (w >= u.width) { continue; }
      let xAt = ((n * u.height + h) * u.width + w) * u.inChannels;
      let weightAt = (kh * u.kernelWidth + kw) * u.inChannels * u.outChannels + co;
      for (var ci = 0u; ci < u.inChannels; ci++) {
        sum += f32(x[xAt + ci]) * f32(weight[weightAt + ci * u.outChannels]);
      }
    }
  }
  // Not max(): a NaN passes through, as in PyTorch.
  return select(sum, 0.0, sum < 0.0);
}

${threadIndex(64)}
  let channels = (u.outChannels + 3u) / 4u;
  if (index >= u.batch * u.outHeight * u.outWidth * channels) { return; }
  let pixel = index / channels;
  let wo = pixel % u.outWidth;
  let ho = pixel / u.outWidth % u.outHeight;
  let n = pixel / (u.outWidth * u.outHeight);
  var packed = 0u;
  for (var lane = 0u; lane < 4u; lane++) {
    let co = index % channels * 4u + lane;
    if (co >= u.outChannels) { break; }
    var best = -1.0; // below all that a ReLU puts out
    var offset = 0u;
    for (var tap = 0u; tap < u.poolKernel; tap++) {
      let row = ho * u.poolStride + tap - u.poolPadding;
      if (row >= u.convHeight) { continue; }
      for (var across = 0u; across < u.poolKernel; across++) {
        let column = wo * u.poolStride + across - u.poolPadding;
        if (column >= u.convWidth) { continue; }
        let value = convolution(n, row, column, co);
        if (value > best || isNan(value)) {
          best = value;
          offset = tap * u.poolKernel + across;
        }
      }
    }
    y[pixel * u.outChannels + co] = YElement(best);
    packed |= offset << (8u * lane);
  }
  argmax[index] = packed;
}`;
