/**
 * Output size of a pooling along one axis: ⌊(size + 2·padding − kernel) / stride⌋ + 1, or with `ceilMode` ⌈…⌉ + 1, less a last window that would
 * start beyond the image and its left padding (pooling_output_shape in PyTorch's aten/src/ATen/native/Pool.h).
 */
export function pool2dOutputSize(size: number, kernel: number, stride: number, padding: number, ceilMode: boolean): number {
  const span = size + 2 * padding - kernel;
  if (!ceilMode) return Math.floor(span / stride) + 1;
  const windows = Math.ceil(span / stride) + 1;
  return (windows - 1) * stride >= size + padding ? windows - 1 : windows;
}
