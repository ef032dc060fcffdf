import { threadIndex } from "../kernel.ts";
import { wgsl } from "../wgsl.ts";

/** One thread per input value: the sum over the taps that read it and the outputs they belong to; `masked`: zero where mask is not above zero. */
export const direct = (bias: boolean, accumulate: boolean, masked: boolean): string => wgsl`
${threadIndex(64)}
  if (index >= u.batch * u.height * u.width * u.inChannels) { return; }
  let ci = index % u.inChannels;
  let w = index / u.inChannels % u.width;
  let h = index / (u.inChannels * u.width) % u.height;
  let n = index / (u.inChannels * u.width * u.height);
  let groupInChannels = u.inChannels / u.groups;
  let groupOutChannels = u.outChannels / u.groups;
  let firstOut = ci / groupInChannels * groupOutChannels;

  var sum = 0.0;
  for (var kh = 0u; kh < u.kernelHeight; kh++) {
    // Below zero wraps to a large u32, whose quotient is no row of y either.
    let top = h + u.padding - kh * u.dilation;
    if (top / u.stride >= u.outHeight || top % u.stride != 0u) { continue; }
    for (var kw = 0u; kw < u.kernelWidth; kw++) {
      let left = w + u.padding - kw * u.dilation;
      if (left / u.stride >= u.outWidth || left % u.stride != 0u) { continue; }
      let dyAt = ((n * u.outHeight + top / u.stride) * u.outWidth + left / u.stride) * u.yChannels + u.yOffset + firstOut;
      let weightAt = ((kh * u.kernelWidth + kw) * groupInChannels + ci % groupInChannels) * u.outChannels + firstOut;
      for (var co = 0u; co < groupOutChannels; co++) {
        sum += f32(dy[dyAt + co]) * f32(weight[weightAt + co]);
      }
    }
  }
  #if ${bias}
  sum += bias[ci];
  #endif
  #if ${accumulate}
  sum += f32(dx[index]);
  #endif
  #if ${masked}
  sum = select(sum, 0.0, f32(mask[index]) <= 0.0);
  #endif
  dx[index] = DxElement(sum);
}`;
