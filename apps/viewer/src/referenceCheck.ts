import type { Reference } from "@kindling/kernels";

/** How far values are from their reference. */
export interface ReferenceCheck {
  /** Largest |value − reference|. */
  readonly error: number;
  /** Largest |value − reference| ÷ bound: right kernels stay below 1. */
  readonly errorToBound: number;
}

/**
 * Compares values after ReLU with a reference before it: |value − max(reference, 0)| ≤ 4·√terms·2⁻²⁴·Σ|terms|, what rounding in f32 reaches
 * rarely (ReLU moves no error up). A value that is not a number makes both results infinite.
 */
export function checkAfterRelu(values: Float32Array, reference: Reference): ReferenceCheck {
  let [error, errorToBound] = [0, 0];
  for (const [i, exact] of reference.value.entries()) {
    const difference = Math.abs(values[i]! - Math.max(exact, 0));
    if (!(difference <= Number.MAX_VALUE)) return { error: Number.POSITIVE_INFINITY, errorToBound: Number.POSITIVE_INFINITY };
    // The smallest normal number, because adapters may flush what lies below it to zero.
    const bound = 4 * Math.sqrt(reference.terms) * 2 ** -24 * reference.magnitude[i]! + 2 ** -126;
    error = Math.max(error, difference);
    errorToBound = Math.max(errorToBound, difference / bound);
  }
  return { error, errorToBound };
}
