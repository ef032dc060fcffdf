import { philox } from "./philox.ts";

/** A source of uniform numbers in [0, 1); `createRandom` makes one, and any such function will do. */
export type RandomSource = () => number;

/** Everything there is to know about a generator, as plain JSON. */
export interface RandomState {
  readonly seed: number;
  readonly stream: number;
  /** How many numbers have been drawn. */
  readonly position: number;
}

/** A seeded source that tells its state, so that `restoreRandom` can go on elsewhere. */
export interface Random extends RandomSource {
  readonly state: RandomState;
}

/**
 * A counter-based generator (Philox4x32-10): number i of stream s under a seed is a function of (seed, stream, i) alone.
 * Streams are independent: one per epoch, or one per sample, whatever the order the samples are made in.
 * @throws RangeError when seed or stream is no integer in 0…2⁵³−1.
 */
export function createRandom(seed: number, stream = 0): Random {
  return restoreRandom({ seed, stream, position: 0 });
}

/**
 * The generator that goes on where the state was taken; costs the same however many numbers had been drawn.
 * @throws RangeError when a field is no integer in 0…2⁵³−1.
 */
export function restoreRandom({ seed, stream, position: start }: RandomState): Random {
  for (const [name, value] of Object.entries({ seed, stream, position: start })) {
    if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`random: ${name} must be an integer of 0 or more; got ${value}`);
  }
  const key = [low(seed), high(seed)] as const;
  let position = start;
  let block = -1;
  let words: readonly number[] = [];
  const random = (): number => {
    const next = Math.floor(position / 4);
    if (next !== block) words = philox([low(next), high(next), low(stream), high(stream)], key);
    block = next;
    return words[position++ % 4]! / 2 ** 32;
  };
  const state = { get: (): RandomState => ({ seed, stream, position }), enumerable: true };
  return Object.defineProperty(random, "state", state) as Random; // defineProperty does not tell the type what it added
}

/** A standard normal number from two uniform ones (Box and Muller 1958). */
export function normal(random: RandomSource): number {
  const radius = Math.sqrt(-2 * Math.log(1 - random())); // 1 − u is never 0
  return radius * Math.cos(2 * Math.PI * random());
}

/** The items in a random order, each order equally likely (Fisher and Yates); the given array is left alone. */
export function shuffle<T>(items: Iterable<T>, random: RandomSource): T[] {
  const shuffled = [...items];
  for (let i = shuffled.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    const item = shuffled[i]!;
    shuffled[i] = shuffled[j]!;
    shuffled[j] = item;
  }
  return shuffled;
}

/** A uniform number in [from, to). */
export function between(random: RandomSource, from: number, to: number): number {
  return from + (to - from) * random();
}

/** True with the given probability. */
export function chance(random: RandomSource, probability: number): boolean {
  return random() < probability;
}

/**
 * One of the items, each equally likely.
 * @throws RangeError when there is none.
 */
export function pick<T>(random: RandomSource, items: readonly T[]): T {
  if (items.length === 0) throw new RangeError("pick: there is nothing to pick from");
  return items[Math.floor(random() * items.length)]!;
}

function low(value: number): number {
  return value >>> 0;
}

function high(value: number): number {
  return Math.floor(value / 2 ** 32);
}
