import { expect, test } from "vitest";
import { byteText, duration, scientific, threeDigits } from "./numberText.ts";

test("scientific shows two digits and a raised exponent", () => {
  expect([0, 1.94e-7, 3, 2 ** -126, Number.POSITIVE_INFINITY].map(scientific)).toEqual([
    "0",
    "1.9 × 10⁻⁷",
    "3.0 × 10⁰",
    "1.2 × 10⁻³⁸",
    "Infinity",
  ]);
});

test("threeDigits never shows an exponent", () => {
  expect([0.045612, 12.345, 1234, 4294967292].map(threeDigits)).toEqual(["0.0456", "12.3", "1,230", "4,290,000,000"]);
});

test("durations and bytes get the unit that leaves at least 1, or microseconds below 0.1 ms", () => {
  expect([0.0456, 0.1, 12.34].map(duration)).toEqual(["45.6 µs", "0.1 ms", "12.3 ms"]);
  expect([0, 16, 32768, 2 ** 27, 2 ** 32 - 4, 2 ** 50].map(byteText)).toEqual([
    "0 bytes",
    "16 bytes",
    "32 KiB",
    "128 MiB",
    "4 GiB",
    "1,020 TiB",
  ]);
});
