import type { Shape } from "@kindling/gpu";
import type { GoldenTensor } from "./goldenFiles.ts";

/** A batch of images of a file, [n,3,h,w], as networks take them: [n,h,w,4] with zeros in the fourth channel. */
export function imageInput({ shape, data }: GoldenTensor): { readonly shape: Shape; readonly data: Float32Array<ArrayBuffer> } {
  const [batch = 0, channels = 0, height = 0, width = 0] = shape;
  const pixels = height * width;
  const result = new Float32Array(batch * pixels * 4);
  for (let n = 0; n < batch; n++)
    for (let c = 0; c < channels; c++)
      for (let pixel = 0; pixel < pixels; pixel++) result[(n * pixels + pixel) * 4 + c] = data[(n * channels + c) * pixels + pixel]!;
  return { shape: [batch, height, width, 4], data: result };
}
