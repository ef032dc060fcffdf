import { threadIndex } from "../kernel.ts";
import { wgsl } from "../wgsl.ts";

/** One thread per weight and split: the sum, over the split's pooled pixels, of dz and the value of x that the weight met under the maximum. */
export const direct = (): string => wgsl`
${threadIndex(64)}
  let size = u.kernelHeight * u.kernelWidth * u.inChannels * u.outChannels;
  if (index >= u.splits * size) { return; }
  let split = index / size;
  let co = index % u.outChannels;
  let ci = index / u.outChannels % u.inChannels;
  let kw = index / (u.outChannels * u.inChannels) % u.kernelWidth;
  let kh = index / (u.outChannels * u.inChannels * u.kernelWidth) % u.kernelHeight;

  let pixels = u.batch * u.outHeight * u.outWidth;
  let perSplit = (pixels + u.splits - 1u) / u.splits;
  let end = min(pixels, (split + 1u) * perSplit);
  var sum = 0.0;
  for (var pixel = split * perSplit; pixel < end; pixel++) {
    let offset = (argmax[pixel * ((u.outChannels + 3u) / 4u) + co / 4u] >> (co % 4u * 8u)) & 255u;
    let row = pixel / u.outWidth % u.outHeight * u.poolStride + offset / u.poolKernel - u.poolPadding;
    let column = pixel % u.outWidth * u.poolStride + offset % u.poolKernel - u.poolPadding;
    let h = row * u.stride + kh - u.padding;
    let w = column * u.stride + kw - u.padding;
    if (h >= u.height || w >= u.width) { continue; }
    let image = pixel / (u.outWidth * u.outHeight);
    sum += f32(dz[pixel * u.outChannels + co]) * f32(x[((image * u.height + h) * u.width + w) * u.inChannels + ci]);
  }
  partial[index] = sum;
}`;
