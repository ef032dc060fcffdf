/** Where the samples of a measurement lie. */
export interface Quartiles {
  readonly lower: number;
  readonly median: number;
  readonly upper: number;
  /** The least disturbed sample of a noisy machine. */
  readonly best: number;
  readonly samples: number;
}

/** Quartiles by linear interpolation between the sorted samples, as numpy's default; `best` is the smallest. @throws RangeError for none. */
export function quartiles(samples: readonly number[]): Quartiles {
  if (samples.length === 0) throw new RangeError("quartiles: there are no samples");
  const sorted = [...samples].sort((a, b) => a - b);
  const at = (share: number): number => {
    const place = share * (sorted.length - 1);
    const [low, high] = [sorted[Math.floor(place)]!, sorted[Math.ceil(place)]!];
    return low + (high - low) * (place - Math.floor(place));
  };
  return { lower: at(0.25), median: at(0.5), upper: at(0.75), best: sorted[0]!, samples: samples.length };
}
