import { philox } from "./philox.ts";
import { createRandom, type Random } from "./random.ts";

/** What a draw is for: streams of different purposes are independent, so that a change of one draw moves no other. */
export interface DrawPlace {
  readonly seed: number;
  readonly epoch: number;
  /** The sample's place in its data set. */
  readonly sample: number;
}

/**
 * The random numbers of one purpose for one sample of one epoch: a function of its arguments alone, so that any sample of any epoch can be made again
 * by itself, on any thread. Philox scrambles (purpose, epoch, sample) under the seed to the seed and the stream of a generator.
 * @throws RangeError when seed, epoch or sample is no integer of 0 or more, or epoch or sample exceeds 2³² − 1.
 */
export function randomOf(purpose: string, { seed, epoch, sample }: DrawPlace): Random {
  const { seed: checked } = createRandom(seed).state;
  for (const [name, value] of Object.entries({ epoch, sample })) {
    if (value !== value >>> 0) throw new RangeError(`random: ${name} must be an integer of 0 … 2³² − 1; got ${value}`);
  }
  const key = [checked >>> 0, Math.floor(checked / 2 ** 32)] as const;
  const words = philox([fnv1a(purpose), epoch, sample, counterTag], key);
  return createRandom(words[0]! * 2 ** 21 + (words[1]! >>> 11), words[2]! * 2 ** 21 + (words[3]! >>> 11));
}

/** Keeps these counters apart from those of a generator, whose last word is the upper half of a stream's number. */
const counterTag = 0xffffffff;

/** A text as 32 bits (Fowler, Noll and Vo). */
function fnv1a(text: string): number {
  let hash = 2166136261;
  for (const character of text) hash = Math.imul(hash ^ character.codePointAt(0)!, 16777619) >>> 0;
  return hash;
}
