import { wgsl } from "../wgsl.ts";
import { poolingColumns, poolingRows } from "./window.wgsl.ts";

/** Four channels (fewer at the end) one after the other. */
export const scalar = (): string => wgsl`
fn isNan(value: f32) -> bool {
  // By its bits: compilers may assume that no value differs from itself.
  return (bitcast<u32>(value) & 0x7fffffffu) > 0x7f800000u;
}
${poolingColumns()}
  for (var row = firstRow; row < u.outHeight; row += bands) {
${poolingRows()}
    let outPixel = (n * u.outHeight + row) * u.outWidth + column;
    var packed = 0u;
    for (var lane = 0u; lane < 4u; lane++) {
      let own = channel * 4u + lane;
      if (own >= u.channels) { break; }
      let window = ((n * u.height + top - u.padding) * u.width + left - u.padding) * u.channels + own;
      var best = f32(x[window + (firstTap * u.width + firstColumn) * u.channels]);
      var offset = firstTap * u.kernel + firstColumn;
      for (var tap = firstTap; tap < endTap; tap++) {
        for (var across = firstColumn; across < endColumn; across++) {
          let value = f32(x[window + (tap * u.width + across) * u.channels]);
          if (value > best || isNan(value)) {
            best = value;
            offset = tap * u.kernel + across;
          }
        }
      }
      y[outPixel * u.channels + own] = YElement(best);
      packed |= offset << (8u * lane);
    }
    argmax[outPixel * channels + channel] = packed;
  }
}`;
