import { expect, test } from "vitest";
import { mix32, textHash } from "./textHash.ts";

test("texts that differ in a character, a place or their length have different hashes, of 16 digits", () => {
  const numbers = Array.from({ length: 50_000 }, (_, i) => `let value = ${i};`);
  const lengths = Array.from({ length: 500 }, (_, i) => " ".repeat(i));
  const swapped = ["ab", "ba", "abab", "baba", "a\0b", "ab\0"];
  const hashes = [...numbers, ...lengths, ...swapped].map(textHash);
  expect(new Set(hashes).size).toBe(hashes.length);
  expect(hashes.filter((hash) => !/^[0-9a-f]{16}$/.test(hash))).toEqual([]);
  expect(textHash("let value = 7;")).toBe(hashes[7]);
});

test("mixed numbers in order are evenly spread over every byte", () => {
  const count = 65_536;
  for (const shift of [0, 8, 16, 24]) {
    const counts = new Uint32Array(256);
    for (let i = 0; i < count; i++) counts[(mix32(i) >>> shift) & 255]!++;
    const chiSquared = counts.reduce((sum, found) => sum + (found - count / 256) ** 2 / (count / 256), 0);
    expect(chiSquared).toBeLessThan(400); // 255 ± 23 if random
  }
});
