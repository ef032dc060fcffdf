/** Something that can be measured again and again. */
export interface Contestant {
  readonly name: string;
  /** Measures once; the unit is the caller's. */
  sample(): Promise<number>;
}

/** When measuring ends. */
export interface InterleaveOptions {
  /** Samples of each contestant. */
  readonly rounds: number;
  /** A contestant whose samples took so long has no more of them; each has one. */
  readonly seconds: number;
  readonly signal?: AbortSignal;
}

/**
 * Samples of contestants taken in turn, so that whatever else disturbs the machine disturbs all of them alike; one list each, in their order.
 * @throws the signal's reason when it is aborted.
 */
export async function interleave(contestants: readonly Contestant[], options: InterleaveOptions): Promise<readonly (readonly number[])[]> {
  const samples = contestants.map((): number[] => []);
  const spent = contestants.map(() => 0);
  for (let round = 0; round < options.rounds; round++) {
    for (const [i, contestant] of contestants.entries()) {
      options.signal?.throwIfAborted();
      if (spent[i]! > 1000 * options.seconds) continue;
      const begin = performance.now();
      samples[i]!.push(await contestant.sample());
      spent[i]! += performance.now() - begin;
    }
  }
  return samples;
}
