import type { Reference } from "../reference.ts";
import type { RandomFillProblem } from "./randomFill.ts";

/** Numbers in float64, from the words that {@link philoxWord} defines. */
export function randomFillReference({ size, distribution, stream, shift, scale }: RandomFillProblem, key: ArrayLike<number>): Reference {
  const uniform = (i: number) => Math.floor(philoxWord(i, stream, key) / 256) / 2 ** 24;
  const normal = (i: number) => {
    const first = i - (i % 2);
    const radius = Math.sqrt(-2 * Math.log(1 - uniform(first)));
    return radius * (i === first ? Math.cos : Math.sin)(2 * Math.PI * uniform(first + 1));
  };
  const standard = Float64Array.from({ length: size }, (_, i) => (distribution === "uniform" ? uniform(i) : normal(i)));
  return {
    value: standard.map((number) => shift + scale * number),
    // A normal number is a radius, at most 5.8, times a cosine that is rounded as one.
    magnitude: standard.map(() => Math.abs(shift) + Math.abs(scale) * (distribution === "uniform" ? 1 : 6)),
    terms: 2,
  };
}

/** Word i, 0 … 2³² − 1, of a stream under the key (seed, step): word i mod 4 of Philox4x32-10 at the counter (⌊i / 4⌋, 0, stream, 0). */
export function philoxWord(i: number, stream: number, key: ArrayLike<number>): number {
  return philoxReference([Math.floor(i / 4), 0, stream, 0], [key[0]!, key[1]!])[i % 4]!;
}

/** Philox4x32-10 in whole numbers of any length: ten rounds of two products, their halves exchanged and mixed with the key. */
export function philoxReference(counter: readonly number[], key: readonly number[]): number[] {
  const mask = 2n ** 32n - 1n;
  let [a, b, c, d] = counter.map(BigInt) as [bigint, bigint, bigint, bigint]; // four words, as the algorithm says
  let [first, second] = key.map(BigInt) as [bigint, bigint]; // two words
  for (let round = 0; round < 10; round++) {
    const [left, right] = [a * 0xd2511f53n, c * 0xcd9e8d57n];
    [a, b, c, d] = [(right >> 32n) ^ b ^ first, right & mask, (left >> 32n) ^ d ^ second, left & mask];
    first = (first + 0x9e3779b9n) & mask;
    second = (second + 0xbb67ae85n) & mask;
  }
  return [a, b, c, d].map(Number);
}
