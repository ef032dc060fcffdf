import { createRandom } from "../random/random.ts";

/** How often images are drawn, and what of it is reported. */
export interface BootstrapOptions {
  /** Sets drawn. Default 1000. */
  readonly resamples?: number;
  /** Share of the sets between the bounds. Default 0.95. */
  readonly confidence?: number;
  /** Seed of the draws: the same seed and number of images draw the same sets, whatever is measured on them. Default 0. */
  readonly seed?: number;
  /** Stops between two sets. */
  readonly signal?: AbortSignal;
}

/** A value with its bounds. */
export interface Interval {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** Two values measured on the same images, and how much the second is above the first. */
export interface PairedInterval {
  readonly first: Interval;
  readonly second: Interval;
  /** second − first; its bounds exclude 0 where one is better at this confidence. */
  readonly difference: Interval;
  /** Share of the drawn sets in which the second was above the first. */
  readonly above: number;
}

/** Values of the set that holds image i weights[i] times, by name; null where that set has none (no persons). */
export type ImageStatistics<Name extends string> = (weights: ArrayLike<number>) => Readonly<Record<Name, number | null>>;

/**
 * Percentile bootstrap over images (Efron 1979): sets of as many images are drawn with replacement, and the bounds are percentiles of the
 * statistics over them. Images, not persons, are what a test set is a sample of: the persons of an image are alike.
 * Null for what the whole set has no value of.
 * @throws RangeError when the confidence is not between 0 and 1.
 */
export function bootstrap<Name extends string>(
  images: number,
  statistics: ImageStatistics<Name>,
  options: BootstrapOptions = {},
): Readonly<Record<Name, Interval | null>> {
  const whole = statistics(new Uint16Array(images).fill(1));
  const drawn = Array.from(resamples(images, options), (weights) => statistics(weights));
  return byName(whole, (name) =>
    intervalOf(
      whole[name],
      drawn.map((values) => values[name]),
      options,
    ),
  );
}

/**
 * Paired bootstrap: both are measured on the same drawn sets, so that what makes images easy or hard for both cancels out.
 * Null for what the whole set has no value of.
 * @throws RangeError when the confidence is not between 0 and 1.
 */
export function pairedBootstrap<Name extends string>(
  images: number,
  first: ImageStatistics<Name>,
  second: ImageStatistics<Name>,
  options: BootstrapOptions = {},
): Readonly<Record<Name, PairedInterval | null>> {
  const weights = new Uint16Array(images).fill(1);
  const [a, b] = [first(weights), second(weights)];
  const drawn = Array.from(resamples(images, options), (set) => [first(set), second(set)] as const);
  return byName(a, (name) => {
    const differences = drawn.map(([one, other]) => difference(one[name], other[name]));
    const known = differences.filter((value) => value !== null);
    const intervals = {
      first: intervalOf(
        a[name],
        drawn.map(([one]) => one[name]),
        options,
      ),
      second: intervalOf(
        b[name],
        drawn.map(([, other]) => other[name]),
        options,
      ),
      difference: intervalOf(difference(a[name], b[name]), differences, options),
    };
    if (!intervals.first || !intervals.second || !intervals.difference) return null;
    const above = known.filter((value) => value > 0).length / Math.max(1, known.length);
    return { first: intervals.first, second: intervals.second, difference: intervals.difference, above };
  });
}

/** The mean of a per-image value over the drawn images; images whose value is null have no say. */
export function meanOverImages(values: readonly (number | null)[]): (weights: ArrayLike<number>) => number | null {
  return (weights) => {
    let [sum, count] = [0, 0];
    for (const [i, value] of values.entries()) {
      if (value === null) continue;
      sum += weights[i]! * value;
      count += weights[i]!;
    }
    return count > 0 ? sum / count : null;
  };
}

/** How often each image was drawn, set by set; one array serves all sets. */
function* resamples(images: number, { resamples: count = 1000, seed = 0, signal }: BootstrapOptions): Generator<Uint16Array> {
  const random = createRandom(seed);
  const weights = new Uint16Array(images);
  for (let set = 0; set < count; set++) {
    signal?.throwIfAborted();
    weights.fill(0);
    for (let draw = 0; draw < images; draw++) weights[Math.floor(random() * images)]! += 1;
    yield weights;
  }
}

function intervalOf(value: number | null, drawn: readonly (number | null)[], { confidence = 0.95 }: BootstrapOptions): Interval | null {
  if (!(confidence > 0 && confidence < 1)) throw new RangeError(`bootstrap: confidence must be between 0 and 1; got ${confidence}`);
  if (value === null) return null;
  const sorted = Float64Array.from(drawn.filter((each) => each !== null)).sort();
  const tail = (1 - confidence) / 2;
  return { value, low: percentile(sorted, tail) ?? value, high: percentile(sorted, 1 - tail) ?? value };
}

function difference(first: number | null, second: number | null): number | null {
  return first === null || second === null ? null : second - first;
}

/** Linear between neighbours, as numpy's. */
function percentile(sorted: Float64Array, share: number): number | undefined {
  const at = share * (sorted.length - 1);
  const below = sorted[Math.floor(at)];
  const above = sorted[Math.ceil(at)];
  return below === undefined || above === undefined ? undefined : below + (above - below) * (at - Math.floor(at));
}

function byName<Name extends string, Value>(
  of: Readonly<Record<Name, unknown>>,
  value: (name: Name) => Value,
): Readonly<Record<Name, Value>> {
  const names = Object.keys(of) as Name[]; // a record's keys are its names
  return Object.fromEntries(names.map((name) => [name, value(name)])) as Record<Name, Value>;
}
