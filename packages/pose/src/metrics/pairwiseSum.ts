/**
 * Sum in float32, added in the order of numpy's `sum` and `mean`: eight partial sums up to 128 values, halves of a multiple of eight beyond.
 * Only where a published number hangs on its rounding. Source: numpy, loops_utils.h.src, `pairwise_sum`.
 */
export function pairwiseSum(values: Float32Array): number {
  const n = values.length;
  if (n < 8) return values.reduce((sum, value) => Math.fround(sum + value), 0);
  if (n > 128) {
    const half = Math.floor(n / 2);
    const middle = half - (half % 8);
    return Math.fround(pairwiseSum(values.subarray(0, middle)) + pairwiseSum(values.subarray(middle)));
  }
  const partial = values.slice(0, 8);
  const even = n - (n % 8);
  for (let i = 8; i < even; i++) partial[i % 8]! += values[i]!; // a Float32Array rounds what it is given
  const [a, b, c, d] = [0, 2, 4, 6].map((i) => Math.fround(partial[i]! + partial[i + 1]!)) as [number, number, number, number];
  const sum = Math.fround(Math.fround(a + b) + Math.fround(c + d));
  return values.subarray(even).reduce((total, value) => Math.fround(total + value), sum);
}
