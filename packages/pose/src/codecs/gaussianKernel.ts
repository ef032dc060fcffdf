/** OpenCV's small kernels, which are not computed (imgproc/src/smooth.dispatch.cpp, `getGaussianKernel`). */
const fixed: Readonly<Record<number, readonly number[]>> = {
  1: [1],
  3: [0.25, 0.5, 0.25],
  5: [0.0625, 0.25, 0.375, 0.25, 0.0625],
  7: [0.03125, 0.109375, 0.21875, 0.28125, 0.21875, 0.109375, 0.03125],
};

/**
 * The weights of `cv2.getGaussianKernel(size, 0)`, which add up to 1: σ = 0.3·((size − 1)/2 − 1) + 0.8, and fixed tables to size 7.
 * @throws RangeError when the size is not odd.
 */
export function gaussianKernel(size: number): readonly number[] {
  if (!Number.isInteger(size) || size < 1 || size % 2 === 0) throw new RangeError(`gaussianKernel: the size must be odd; got ${size}`);
  const table = fixed[size];
  if (table) return table;
  const middle = (size - 1) / 2;
  const sigma = 0.3 * (middle - 1) + 0.8;
  const values = Array.from({ length: size }, (_, i) => Math.exp(-((i - middle) ** 2) / (2 * sigma ** 2)));
  const sum = values.reduce((total, value) => total + value, 0);
  return values.map((value) => value / sum);
}

/** The kernel that DARK smooths heatmaps with that were trained with σ cells: the one of nearly that σ. 11 for 2 and 17 for 3, as mmpose has them. */
export function darkKernelSize(sigma: number): number {
  return 2 * Math.max(1, Math.round((sigma - 0.8) / 0.3 + 1)) + 1;
}

/** The same for SimCC vectors that were trained with σ bins, by mmpose's own rule (codecs/simcc_label.py): 29 for 4.9 and 35 for 5.66. */
export function simccKernelSize(sigma: number): number {
  const size = Math.floor((sigma * 20 - 7) / 3);
  return Math.max(3, size - (size % 2 === 0 ? 1 : 0));
}
