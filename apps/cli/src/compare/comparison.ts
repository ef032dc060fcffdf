import { comparePckOfRuns, type ImagePckSample, type Interval, meanInterval, type PairedInterval, pck, pckInterval } from "@kindling/pose";

/** An arm's runs, one a seed, on the same persons. */
export interface ArmRuns {
  readonly name: string;
  /** By seed, in the same order for every arm. */
  readonly runs: readonly (readonly ImagePckSample[])[];
}

/** An arm's PCK. */
export interface ArmFigures {
  readonly name: string;
  readonly pcks: readonly number[];
  readonly mean: number;
  /** 95 %: Student's over seeds, or for one seed by bootstrap over images. */
  readonly low: number;
  readonly high: number;
}

/** What can be said of an arm against the baseline. */
export type Verdict = "helps" | "hurts" | "cannot be told apart";

/** An arm against the baseline. */
export interface ArmDifference {
  readonly name: string;
  /** Of the mean over the seeds, by paired bootstrap over images. */
  readonly overImages: Interval;
  /** Of the differences seed by seed, Student's; null for one seed. */
  readonly overSeeds: Interval | null;
  readonly verdict: Verdict;
  /** Gain of each joint, over images; null where it is not labelled. */
  readonly perJoint: readonly (Interval | null)[];
}

/** A comparison in figures. */
export interface Comparison {
  readonly arms: readonly ArmFigures[];
  /** Of every arm but the first. */
  readonly differences: readonly ArmDifference[];
}

/**
 * Compares arms with the first of them. An arm helps, or hurts, where the 95 % interval of its difference lies on one side of 0: that over images,
 * and with several seeds that over seeds too. Otherwise the two cannot be told apart with these data.
 * @throws RangeError when the arms are not on the same images.
 */
export function compareArms(arms: readonly ArmRuns[], threshold: number): Comparison {
  const figures = arms.map(({ name, runs }): ArmFigures => {
    const pcks = runs.map((run) => pck(run, threshold).pck);
    const interval = meanInterval(pcks) ?? pckInterval(runs[0]!, threshold); // one run at least
    const mean = pcks.reduce((sum, value) => sum + value, 0) / pcks.length;
    return { name, pcks, mean, low: interval?.low ?? mean, high: interval?.high ?? mean };
  });
  const [baseline] = arms;
  const differences = arms.slice(1).map(({ name, runs }, i): ArmDifference => {
    const { pck: compared, perJoint } = comparePckOfRuns(baseline!.runs, runs, threshold); // there is an arm after it
    if (!compared) throw new RangeError("compare: no joint is labelled in the validation set");
    const overImages = compared.difference;
    const overSeeds = meanInterval(figures[i + 1]!.pcks.map((value, seed) => value - figures[0]!.pcks[seed]!)); // as many seeds
    const intervals = overSeeds ? [overImages, overSeeds] : [overImages];
    return { name, overImages, overSeeds, verdict: verdictOf(intervals), perJoint: perJoint.map(differenceOf) };
  });
  return { arms: figures, differences };
}

function verdictOf(intervals: readonly Interval[]): Verdict {
  if (intervals.every(({ low }) => low > 0)) return "helps";
  return intervals.every(({ high }) => high < 0) ? "hurts" : "cannot be told apart";
}

function differenceOf(paired: PairedInterval | null): Interval | null {
  return paired?.difference ?? null;
}

/** The verdict on every arm, a sentence each. */
export function verdictText({ arms, differences }: Comparison): string {
  const baseline = arms[0]!.name; // every comparison has one
  const seeds = arms[0]!.pcks.length;
  return differences
    .map(({ name, overImages, overSeeds, verdict }) => {
      const over = overSeeds
        ? `${points(overImages)} over images, ${points(overSeeds)} over ${seeds} seeds`
        : `${points(overImages)} over images, one seed: another may say otherwise`;
      const said =
        verdict === "cannot be told apart" ? `cannot be told apart from ${baseline} with these data` : `${verdict} against ${baseline}`;
      return `${name} ${said} (difference ${over}).`;
    })
    .join(" ");
}

/** A difference in percentage points with its bounds. */
export function points({ value, low, high }: Interval): string {
  const text = (fraction: number): string => `${fraction < 0 ? "−" : "+"}${Math.abs(100 * fraction).toFixed(1)}`;
  return `${text(value)} [${text(low)}, ${text(high)}] points`;
}
