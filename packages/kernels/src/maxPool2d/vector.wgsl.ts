import { wgsl } from "../wgsl.ts";
import { poolingColumns, poolingRows } from "./window.wgsl.ts";

/** Four channels at once; x and y are vec4 over channels. */
export const vector = (): string => wgsl`
fn isNan(value: vec4f) -> vec4<bool> {
  // By its bits: compilers may assume that no value differs from itself.
  return (bitcast<vec4u>(value) & vec4u(0x7fffffffu)) > vec4u(0x7f800000u);
}
${poolingColumns()}
  let rowStride = u.width * channels;
  for (var row = firstRow; row < u.outHeight; row += bands) {
${poolingRows()}
    let window = ((n * u.height + top - u.padding) * u.width + left - u.padding) * channels + channel;
    var best = vec4f(x[window + firstTap * rowStride + firstColumn * channels]);
    var offset = vec4u(firstTap * u.kernel + firstColumn);
    for (var tap = firstTap; tap < endTap; tap++) {
      for (var across = firstColumn; across < endColumn; across++) {
        let value = vec4f(x[window + tap * rowStride + across * channels]);
        let better = (value > best) | isNan(value);
        best = select(best, value, better);
        offset = select(offset, vec4u(tap * u.kernel + across), better);
      }
    }
    let at = ((n * u.outHeight + row) * u.outWidth + column) * channels + channel;
    y[at] = YElement(best);
    argmax[at] = offset.x | (offset.y << 8u) | (offset.z << 16u) | (offset.w << 24u);
  }
}`;
