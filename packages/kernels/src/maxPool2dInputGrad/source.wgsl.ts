import { imageBands } from "../imageBands.ts";
import type { Lanes } from "../lanes.ts";
import { wgsl } from "../wgsl.ts";

/**
 * One thread per input column and `lanes` channels of a band of rows: the sum of dy over the windows whose maximum the pixel is. With four lanes
 * dy and dx are vec4 over channels.
 */
export const source = (lanes: Lanes): string => {
  const type = lanes === 4 ? "vec4f" : "f32";
  return wgsl`
${imageBands({ height: "u.height", width: "u.width", channels: `u.channels / ${lanes}u` })}
  // The windows that contain column w of the padded image.
  let w = column + u.padding;
  let firstColumn = select(0u, (w - u.kernel) / u.stride + 1u, w >= u.kernel);
  let endColumn = min(u.outWidth, w / u.stride + 1u);
  for (var row = firstRow; row < u.height; row += bands) {
    let h = row + u.padding;
    let firstOutRow = select(0u, (h - u.kernel) / u.stride + 1u, h >= u.kernel);
    let endOutRow = min(u.outHeight, h / u.stride + 1u);
    var sum = ${type}(0.0);
    for (var ho = firstOutRow; ho < endOutRow; ho++) {
      for (var wo = firstColumn; wo < endColumn; wo++) {
        let outPixel = (n * u.outHeight + ho) * u.outWidth + wo;
        let place = (h - ho * u.stride) * u.kernel + w - wo * u.stride;
        #if ${lanes === 4}
        // Bytes are compared where they are: processors shift by different amounts one lane at a time.
        let bytes = vec4u(argmax[outPixel * channels + channel]) & vec4u(0xffu, 0xff00u, 0xff0000u, 0xff000000u);
        let taken = bytes == place * vec4u(1u, 0x100u, 0x10000u, 0x1000000u);
        sum += select(vec4f(0.0), vec4f(dy[outPixel * channels + channel]), taken);
        #else
        let offset = (argmax[outPixel * ((u.channels + 3u) / 4u) + channel / 4u] >> (channel % 4u * 8u)) & 255u;
        sum += select(0.0, f32(dy[outPixel * channels + channel]), offset == place);
        #endif
      }
    }
    dx[((n * u.height + row) * u.width + column) * channels + channel] = DxElement(sum);
  }
}`;
};
