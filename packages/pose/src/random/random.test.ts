import { expect, test } from "vitest";
import { philox } from "./philox.ts";
import { between, createRandom, normal, pick, restoreRandom, shuffle } from "./random.ts";

test("Philox4x32-10 gives the known answers of its authors' library (Random123, kat_vectors)", () => {
  const hex = (words: readonly number[]): string[] => words.map((word) => word.toString(16).padStart(8, "0"));
  const ones = 0xffffffff;
  expect(hex(philox([0, 0, 0, 0], [0, 0]))).toEqual(["6627e8d5", "e169c58d", "bc57ac4c", "9b00dbd8"]);
  expect(hex(philox([ones, ones, ones, ones], [ones, ones]))).toEqual(["408f276d", "41c83b0e", "a20bc7c6", "6d5451fd"]);
  expect(hex(philox([0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344], [0xa4093822, 0x299f31d0]))).toEqual([
    "d16cfe09",
    "94fdcceb",
    "5001e420",
    "24126ea1",
  ]);
});

test("a restored generator goes on exactly where the state was taken, through JSON and at any position", () => {
  const random = createRandom(2 ** 40 + 7, 3);
  for (let drawn = 0; drawn < 9; drawn++) {
    const copy = restoreRandom(JSON.parse(JSON.stringify(random.state)));
    const ahead = [copy(), copy(), copy(), copy(), copy()];
    const again = restoreRandom(random.state);
    expect([again(), again(), again(), again(), again()]).toEqual(ahead);
    expect(random()).toBe(ahead[0]);
  }
  expect(random.state).toEqual({ seed: 2 ** 40 + 7, stream: 3, position: 9 });
});

test("seeds and streams differ, also beyond 32 bits", () => {
  const firsts = [createRandom(1), createRandom(2), createRandom(1, 1), createRandom(1 + 2 ** 32), createRandom(1, 2 ** 32)].map((random) =>
    random(),
  );
  expect(new Set(firsts).size).toBe(firsts.length);
});

test("numbers lie in [0, 1) evenly: mean, variance and tenths of 20,000", () => {
  const random = createRandom(5);
  const numbers = Array.from({ length: 20000 }, random);
  const mean = numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
  expect(Math.min(...numbers)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...numbers)).toBeLessThan(1);
  expect(Math.abs(mean - 0.5)).toBeLessThan(0.008); // four standard errors
  const tenths = numbers.reduce(
    (counts, value) => counts.with(Math.floor(value * 10), counts[Math.floor(value * 10)]! + 1),
    new Array<number>(10).fill(0),
  );
  for (const count of tenths) expect(Math.abs(count - 2000)).toBeLessThan(4 * Math.sqrt(1800));
});

test("normal numbers have mean 0, variance 1 and two thirds within 1", () => {
  const random = createRandom(6);
  const numbers = Array.from({ length: 20000 }, () => normal(random));
  const mean = numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
  const variance = numbers.reduce((sum, value) => sum + value ** 2, 0) / numbers.length;
  expect(Math.abs(mean)).toBeLessThan(0.03);
  expect(Math.abs(variance - 1)).toBeLessThan(0.04);
  expect(Math.abs(numbers.filter((value) => Math.abs(value) < 1).length / 20000 - 0.6827)).toBeLessThan(0.014);
});

test("a shuffle keeps every item, leaves its argument alone, and puts each item everywhere equally often", () => {
  const random = createRandom(7);
  const items = [0, 1, 2, 3];
  const seen = items.map(() => [0, 0, 0, 0]);
  for (let round = 0; round < 4000; round++) {
    const order = shuffle(items, random);
    expect(order.toSorted()).toEqual(items);
    for (const [place, item] of order.entries()) seen[place]![item]! += 1;
  }
  expect(items).toEqual([0, 1, 2, 3]);
  for (const count of seen.flat()) expect(Math.abs(count - 1000)).toBeLessThan(4 * Math.sqrt(750));
});

test("seeds that are no integers of 0 or more are refused, and so is picking from nothing", () => {
  for (const seed of [-1, 0.5, Number.NaN, 2 ** 53]) expect(() => createRandom(seed)).toThrow(/seed must be an integer/);
  expect(() => pick(createRandom(1), [])).toThrow(RangeError);
  expect(between(() => 0.5, 2, 4)).toBe(3);
});
