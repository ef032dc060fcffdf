import { openDevice } from "@kindling/gpu";
import { restoreRandom } from "@kindling/pose";
import { checkKernel } from "@kindling/proof";
import { expect, test } from "vitest";
import { defineKernel, grid, threadIndex } from "../kernel.ts";
import { philoxReference } from "../randomFill/reference.ts";
import { wgsl } from "../wgsl.ts";
import { philox } from "./philox.wgsl.ts";

const device = await openDevice();
const ones = 0xffffffff;

/** Counter, key and words: Random123's tests/kat_vectors, lines "philox4x32 10". */
const knownAnswers = [
  [0, 0, 0, 0, 0, 0, 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
  [ones, ones, ones, ones, ones, ones, 0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
  [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344, 0xa4093822, 0x299f31d0, 0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
];

/** Words of any counters [size, 4] and keys [size, 2]. */
const philoxKernel = defineKernel({
  name: "philox",
  reads: ["counters", "keys"],
  writes: ["words"],
  uniforms: { size: "u32" },
  uniformValues: (problem: { readonly size: number }) => problem,
  variants: [
    {
      id: "plain",
      supports: () => true,
      vectors: () => ["counters", "words"],
      source: () => wgsl`
${philox}
${threadIndex(64)}
  if (index >= u.size) { return; }
  words[index] = philox(counters[index], vec2u(keys[2u * index], keys[2u * index + 1u]));
}`,
      workgroups: ({ size }) => grid(size, 64),
    },
  ],
  cost: ({ size }) => ({ flops: 0, bytes: 40 * size }),
});

test("Philox in WGSL gives the known answers of its authors' library, and the loader's numbers for any position, stream and seed", async () => {
  // The loader's whole numbers have 53 bits: a low word, and 19 bits of the high one for positions, which count words and not counters.
  const words = Array.from({ length: 6 * 200 }, (_, i) => (Math.imul(i + 1, 0x9e3779b1) >>> 0) >>> (i % 2 === 0 ? 0 : 13));
  const calls = [...knownAnswers.map((row) => row.slice(0, 6)), ...Array.from({ length: 200 }, (_, i) => words.slice(6 * i, 6 * i + 6))];
  const counters = calls.map((row) => row.slice(0, 4));
  const keys = calls.map((row) => row.slice(4));
  const expected = [...knownAnswers.map((row) => row.slice(6)), ...calls.slice(3).map(wordsOfLoader)];
  expect(counters.map((counter, i) => philoxReference(counter, keys[i]!))).toEqual(expected);
  const checks = await checkKernel(device, philoxKernel, [
    {
      name: "203 counters",
      problem: { size: calls.length },
      reads: [Uint32Array.from(counters.flat()), Uint32Array.from(keys.flat())],
      writes: [{ before: new Uint32Array(4 * calls.length), expected: Uint32Array.from(expected.flat()) }],
    },
  ]);
  expect(checks).toHaveLength(1);
});

/** The four numbers at counter and key of a call, as words. */
function wordsOfLoader([a, b, c, d, first, second]: readonly number[]): number[] {
  const whole = (low: number | undefined, high: number | undefined) => low! + 2 ** 32 * high!;
  const random = restoreRandom({ seed: whole(first, second), stream: whole(c, d), position: 4 * whole(a, b) });
  return Array.from({ length: 4 }, () => 2 ** 32 * random());
}
