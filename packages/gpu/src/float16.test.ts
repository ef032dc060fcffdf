import { expect, test } from "vitest";
import { decodeFloat16 as decode, encodeFloat16 } from "./float16.ts";

test("every half comes back as it was", () => {
  const halves = Uint16Array.from({ length: 65_536 }, (_, i) => i).filter((half) => (half & 0x7c00) !== 0x7c00 || (half & 0x3ff) === 0);
  expect(encodeFloat16(decode(halves))).toEqual(halves);
});

test("values between two halves go to the nearer one, ties to the even one", () => {
  const finite = Uint16Array.from({ length: 0x7bff }, (_, i) => i);
  const [low, high] = [decode(finite), decode(finite.map((half) => half + 1))];
  const between = (part: number) => encodeFloat16(low.map((value, i) => value + part * (high[i]! - value)));
  expect(between(0.25)).toEqual(finite);
  expect(between(0.75)).toEqual(finite.map((half) => half + 1));
  expect(between(0.5)).toEqual(finite.map((half) => (half % 2 === 0 ? half : half + 1)));
});

test("what is too large becomes infinite, and NaN stays NaN", () => {
  const encoded = decode(encodeFloat16(Float32Array.of(65_519, 65_520, -1e9, Number.NaN, Number.NEGATIVE_INFINITY, 1e-9)));
  expect([...encoded]).toEqual([65_504, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN, Number.NEGATIVE_INFINITY, 0]);
});
