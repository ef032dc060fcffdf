import { threadIndex } from "../kernel.ts";
import { wgsl } from "../wgsl.ts";

/** One thread per weight and split: the sum of dy · x over the split's output rows. */
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

  let rows = u.batch * u.outHeight;
  let rowsPerSplit = (rows + u.splits - 1u) / u.splits;
  let end = min(rows, (split + 1u) * rowsPerSplit);
  var sum = 0.0;
  for (var row = split * rowsPerSplit; row < end; row++) {
    let h = row % u.outHeight * u.stride + kh * u.dilation - u.padding;
    if (h >= u.height) { continue; }
    let xRow = (row / u.outHeight * u.height + h) * u.width;
    for (var wo = 0u; wo < u.outWidth; wo++) {
      let w = wo * u.stride + kw * u.dilation - u.padding;
      if (w >= u.width) { continue; }
      sum += f32(x[(xRow + w) * u.inChannels + ci]) * f32(dy[(row * u.outWidth + wo) * u.yChannels + u.yOffset + co]);
    }
  }
  partial[index] = sum;
}`;
