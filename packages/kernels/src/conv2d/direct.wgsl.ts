import { threadIndex } from "../kernel.ts";
import { wgsl } from "../wgsl.ts";

/** One thread per output value: the definition of a convolution, written to be read. */
export const direct = (bias: boolean, activation: "none" | "relu"): string => wgsl`
${threadIndex(64)}
  if (index >= u.batch * u.outHeight * u.outWidth * u.outChannels) { return; }
  let co = index % u.outChannels;
  let wo = index / u.outChannels % u.outWidth;
  let ho = index / (u.outChannels * u.outWidth) % u.outHeight;
  let n = index / (u.outChannels * u.outWidth * u.outHeight);
  let groupChannels = u.inChannels / u.groups;
  let firstChannel = co / (u.outChannels / u.groups) * groupChannels;

  var sum = 0.0;
  for (var kh = 0u; kh < u.kernelHeight; kh++) {
    // Below zero wraps to a large u32, so one comparison tests both edges of the image.
    let h = ho * u.stride + kh * u.dilation - u.padding;
    if (h >= u.height) { continue; }
    for (var kw = 0u; kw < u.kernelWidth; kw++) {
      let w = wo * u.stride + kw * u.dilation - u.padding;
      if (w >= u.width) { continue; }
      let xAt = ((n * u.height + h) * u.width + w) * u.inChannels + firstChannel;
      let weightAt = (kh * u.kernelWidth + kw) * groupChannels * u.outChannels + co;
      for (var ci = 0u; ci < groupChannels; ci++) {
        sum += f32(x[xAt + ci]) * f32(weight[weightAt + ci * u.outChannels]);
      }
    }
  }
  #if ${bias}
  sum += bias[co];
  #endif
  #if ${activation === "relu"}
  // Not max(): a NaN passes through, as in PyTorch.
  sum = select(sum, 0.0, sum < 0.0);
  #endif
  y[((n * u.outHeight + ho) * u.outWidth + wo) * u.yChannels + u.yOffset + co] = YElement(sum);
}`;
