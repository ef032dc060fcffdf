/// <reference path="./wgslPreprocessor.d.ts" />
import { wgsl as expand } from "wgsl-preprocessor/wgsl-preprocessor.js"; // the package has no entry point

/**
 * WGSL source with `#if ${…}` blocks.
 * @throws TypeError for the values that the preprocessor would expand to silent mistakes (fractions, undefined, arrays).
 */
export function wgsl(strings: TemplateStringsArray, ...values: readonly (string | boolean | number)[]): string {
  for (const [i, value] of values.entries()) {
    if (typeof value === "string" || typeof value === "boolean" || Number.isSafeInteger(value)) continue;
    throw new TypeError(`wgsl: value ${i} is ${String(value)}; wrap it in f32() to write a float literal`);
  }
  return expand(strings, ...values);
}

/** A WGSL f32 literal: f32(1) is "1.0f", so that 1 / 2 never becomes an integer division. */
export function f32(value: number): string {
  if (!Number.isFinite(value)) throw new RangeError(`f32: ${value} has no WGSL literal`);
  const digits = String(Math.fround(value));
  return /[.e]/.test(digits) ? `${digits}f` : `${digits}.0f`;
}

/** The largest finite f32, as a WGSL literal. */
export const largestFloat: string = f32((2 - 2 ** -23) * 2 ** 127);

/** `line(0)` … `line(count − 1)`, one below the other: unrolled statements, since arrays indexed by a loop live in slow memory. */
export function unroll(count: number, line: (i: number) => string): string {
  return Array.from({ length: count }, (_, i) => line(i)).join("\n");
}
