import type { Reference } from "@kindling/kernels";
import { expect, test } from "vitest";
import { checkAfterRelu } from "./referenceCheck.ts";

const reference: Reference = {
  value: Float64Array.of(0.25, -0.5, 1 / 3),
  magnitude: Float64Array.of(1, 1, 1),
  terms: 4,
};

test("values rounded to f32 lie within the bound, and negative references become zero", () => {
  const { error, errorToBound } = checkAfterRelu(Float32Array.of(0.25, 0, 1 / 3), reference);
  expect(error).toBe(Math.abs(Math.fround(1 / 3) - 1 / 3));
  expect(errorToBound).toBeLessThan(0.1);
});

test("an error of a thousandth is far beyond the bound", () => {
  expect(checkAfterRelu(Float32Array.of(0.251, 0, 1 / 3), reference).errorToBound).toBeGreaterThan(1000);
});

test("a value that is missing or not a number is infinitely wrong", () => {
  const wrong = { error: Number.POSITIVE_INFINITY, errorToBound: Number.POSITIVE_INFINITY };
  expect(checkAfterRelu(Float32Array.of(0.25, Number.NaN, 1 / 3), reference)).toEqual(wrong);
  expect(checkAfterRelu(Float32Array.of(0.25, 0), reference)).toEqual(wrong);
});
