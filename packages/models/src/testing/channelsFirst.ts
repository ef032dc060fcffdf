/** Images [n,h,w,c] as PyTorch's and ONNX's [n,c,h,w], of the first `channels` channels; an array of fewer axes as it is. */
export function channelsFirst(
  { shape, data }: { readonly shape: readonly number[]; readonly data: Float32Array },
  channels: number = shape.at(-1)!,
): { readonly shape: readonly number[]; readonly data: Float32Array } {
  const [n = 0, h = 0, w = 0, c = 0] = shape;
  if (shape.length !== 4) return { shape, data };
  const result = new Float32Array(n * channels * h * w);
  for (let image = 0; image < n; image++)
    for (let channel = 0; channel < channels; channel++)
      for (let pixel = 0; pixel < h * w; pixel++)
        result[(image * channels + channel) * h * w + pixel] = data[(image * h * w + pixel) * c + channel]!;
  return { shape: [n, channels, h, w], data: result };
}
