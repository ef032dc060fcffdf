import { threadIndex } from "../kernel.ts";
import { wgsl } from "../wgsl.ts";

/** One thread per weight and split: the sum of dy · x over the split's output pixels. */
export const direct = (): string => wgsl`
${threadIndex(64)}
  let groupChannels = u.inChannels / u.groups;
  let size = u.kernelHeight * u.kernelWidth * groupChannels * u.outChannels;
  if (index >= u.splits * size) { return; }
  let split = index / size;
  let co = index % u.outChannels;
  let ci = index / u.outChannels % groupChannels + co / (u.outChannels / u.groups) * groupChannels;
  let kw = index / (u.outChannels * groupChannels) % u.kernelWidth;
  let kh = index / (u.outChannels * groupChannels * u.kernelWidth) % u.kernelHeight;

  let pixels = u.batch * u.outHeight * u.outWidth;
  let perSplit = (pixels + u.splits - 1u) / u.splits;
  let begin = split * perSplit;
  let end = min(pixels, begin + perSplit);
  var sum = 0.0;
  for (var row = begin / u.outWidth; row * u.outWidth < end; row++) {
    let h = row % u.outHeight * u.stride + kh * u.dilation - u.padding;
    if (h >= u.height) { continue; }
    let xRow = (row / u.outHeight * u.height + h) * u.width;
    let start = row * u.outWidth;
    let past = min(end, start + u.outWidth);
    for (var pixel = max(begin, start); pixel < past; pixel++) {
      let w = (pixel - start) * u.stride + kw * u.dilation - u.padding;
      if (w >= u.width) { continue; }
      sum += f32(x[(xRow + w) * u.inChannels + ci]) * f32(dy[pixel * u.yChannels + u.yOffset + co]);
    }
  }
  partial[index] = sum;
}`;
