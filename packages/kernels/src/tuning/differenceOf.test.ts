import { expect, test } from "vitest";
import { differenceOf, type PlainResults } from "./differenceOf.ts";

const plain = (values: readonly number[], more: Partial<PlainResults> = {}): PlainResults => ({
  values: [Float32Array.from(values)],
  magnitudes: [Float32Array.from(values, (value) => 10 * Math.abs(value))],
  operations: 100,
  dtypes: ["f32"],
  ...more,
});

test("a sum may be off by the rounding of its terms, of which the magnitudes tell, and by no more", () => {
  const unit = 10 * 8 * Math.sqrt(100) * 2 ** -24; // for a value of 1, the largest here
  expect(differenceOf(plain([1, -1]), [Float32Array.of(1 + 0.9 * unit, -1)])).toBeNull();
  expect(differenceOf(plain([1, -1]), [Float32Array.of(1, -1 - 1.1 * unit)])).toMatch(/^element 1 of result 0 is -1.0000/);
});

test("a value that cancels is judged by its magnitude, and near zero by the root mean square", () => {
  const cancelled = plain([0, 1], { magnitudes: [Float32Array.of(1000, 1)] });
  expect(differenceOf(cancelled, [Float32Array.of(1e-3, 1)])).toBeNull();
  expect(differenceOf(plain([0, 1]), [Float32Array.of(1e-6, 1)])).toBeNull();
  expect(differenceOf(plain([0, 1]), [Float32Array.of(1e-3, 1)])).not.toBeNull();
});

test("f16 adds two roundings of the result", () => {
  const halves = plain([1], { dtypes: ["f16"], magnitudes: [Float32Array.of(1)] });
  expect(differenceOf(halves, [Float32Array.of(1 + 2 ** -10)])).toBeNull();
  expect(differenceOf(halves, [Float32Array.of(1 + 2 ** -8)])).not.toBeNull();
});

test("whole numbers are equal or wrong; NaN and infinity answer only each other", () => {
  const whole = plain([], { values: [Uint32Array.of(7, 8)], magnitudes: [Uint32Array.of(7, 8)], dtypes: ["u32"] });
  expect(differenceOf(whole, [Uint32Array.of(7, 8)])).toBeNull();
  expect(differenceOf(whole, [Uint32Array.of(7, 9)])).toBe("element 1 of result 0 is 9, and the plain variant's is 8");
  expect(differenceOf(plain([Number.NaN, 1]), [Float32Array.of(Number.POSITIVE_INFINITY, 1)])).toBeNull();
  expect(differenceOf(plain([1, 1]), [Float32Array.of(Number.NaN, 1)])).not.toBeNull();
  expect(differenceOf(plain([Number.NaN, 1]), [Float32Array.of(1, 1)])).not.toBeNull();
});
