import { expect, test } from "vitest";
import { isBetter } from "./metric.ts";

test("PCK improves upwards and a loss downwards", () => {
  expect(isBetter("pck", 0.6, 0.5)).toBe(true);
  expect(isBetter("pck", 0.4, 0.5)).toBe(false);
  expect(isBetter("loss", 0.4, 0.5)).toBe(true);
  expect(isBetter("loss", 0.6, 0.5)).toBe(false);
});

test("an equal value does not replace the best, any number replaces none, NaN replaces nothing", () => {
  expect(isBetter("pck", 0.5, 0.5)).toBe(false);
  expect(isBetter("loss", 9, undefined)).toBe(true);
  expect(isBetter("loss", Number.NaN, undefined)).toBe(false);
  expect(isBetter("pck", Number.NaN, 0.1)).toBe(false);
});
