/** Results of the plain variant, which others are held against. */
export interface PlainResults {
  readonly values: readonly (Float32Array | Uint32Array)[];
  /** The same of operands without their signs. */
  readonly magnitudes: readonly (Float32Array | Uint32Array)[];
  /** Floating point operations an element. */
  readonly operations: number;
  /** Of each written binding. */
  readonly dtypes: readonly string[];
}

/**
 * How two variants differ in one call, as a sentence, or null when by no more than rounding.
 *
 * A sum of products is off by at most about √terms · 2⁻²⁴ · Σ|terms|. Of operands without signs the plain variant gives exactly that Σ|terms|;
 * where a kernel is no sum of products the value itself, or the root mean square of all, is the scale, below which a difference is none of
 * indices or signs. Both results may be off, and by up to four times what is usual, so that 8 · √operations · 2⁻²⁴ is allowed, and two
 * roundings of 2⁻¹⁰ where the result is stored as f16. Whole numbers must be equal; where the plain variant is not finite, neither may the
 * other be.
 */
export function differenceOf(plain: PlainResults, others: readonly (Float32Array | Uint32Array)[]): string | null {
  for (const [i, other] of others.entries()) {
    const values = plain.values[i]!;
    const halves = plain.dtypes[i] === "f16";
    const relative = 8 * Math.sqrt(Math.max(fewestOperations, plain.operations)) * 2 ** -24;
    const scale = other instanceof Uint32Array ? 0 : rootMeanSquare(values);
    for (const [at, value] of values.entries()) {
      const got = other[at]!;
      if (other instanceof Uint32Array ? got === value : !(Number.isFinite(value) || Number.isFinite(got))) continue;
      const magnitude = Math.abs(plain.magnitudes[i]![at]!);
      const size = Math.max(Number.isFinite(magnitude) ? magnitude : 0, Math.abs(value), scale);
      const bound = relative * size + (halves ? 2 ** -9 * Math.abs(value) + 2 ** -14 : 2 ** -126);
      if (other instanceof Uint32Array || !(Math.abs(got - value) <= bound)) {
        return `element ${at} of result ${i} is ${got}, and the plain variant's is ${value}`;
      }
    }
  }
  return null;
}

/** Functions like exp count as few operations and are rounded as often as many. */
const fewestOperations = 64;

function rootMeanSquare(values: Float32Array | Uint32Array): number {
  let [sum, count] = [0, 0];
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    sum += value * value;
    count++;
  }
  return Math.sqrt(sum / Math.max(1, count));
}
