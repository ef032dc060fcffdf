import type { OpCase } from "./opCase.ts";

/** An op with its cases: those written down, which `gradcheck` runs too, and random ones, which only tests run. */
export interface OpFamily {
  /** The op's name, as `kindling gradcheck OP` takes it; every case has it. */
  readonly op: string;
  readonly cases: readonly OpCase[];
  /** A case of random sizes and options, small enough for its float64 differences. */
  random(draw: Draw): OpCase;
  /**
   * Why the op does not answer NaN and infinity as its reference does, a clause; absent where it does. A reference answers them as PyTorch.
   */
  readonly finiteOnly?: string;
}

/** Where random cases get their numbers from. */
export interface Draw {
  /** A length from 1 to `most` (13 when absent): mostly 1, odd, or not a multiple of four. */
  size(most?: number): number;
  /** A number of channels: 1, 3, 4, 17, 8, 20 or another below 24. */
  channels(): number;
  /** An integer from `low` to `high`, both included. */
  integer(low: number, high: number): number;
  oneOf<T>(choices: readonly T[]): T;
  /** A seed for {@link randomValues}, another at each call. */
  seed(): number;
}
