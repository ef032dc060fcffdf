import { flipPermutation, type Skeleton } from "../skeletons/skeleton.ts";
import { type EvaluateOksOptions, evaluateOks, type OksNumbers } from "./evaluateOks.ts";
import { type ImagePersons, type MatchedTruth, Outcome } from "./matchImage.ts";
import { keypointSimilarity, oksVariances } from "./oks.ts";
import { matchOks } from "./oksMatches.ts";
import { keypointExtent, type OksTruth, type PoseDetection } from "./oksTruth.ts";

/**
 * What became of a labelled joint of a person who was found at an OKS of 0.1 and more, by the similarity of the predicted point with every
 * label of that joint and of its mirror joint in the image, the highest of which decides:
 * **good** – at least 0.85 with the right label; **jitter** – 0.5 to 0.85 with the right label; **inversion** – at least 0.5 with the
 * mirror joint of the same person (left for right); **swap** – at least 0.5 with a joint, or mirror joint, of another person;
 * **miss** – below 0.5 with all of them.
 */
export type PoseErrorKind = "good" | "jitter" | "inversion" | "swap" | "miss";

/** Counts of joints by what became of them. */
export type PoseErrorCounts = Readonly<Record<PoseErrorKind, number>>;

/** Where the AP is lost. */
export interface PoseErrors {
  readonly total: PoseErrorCounts;
  /** [k] */
  readonly perJoint: readonly PoseErrorCounts[];
  /** AP as it is. */
  readonly AP: number;
  /** AP if the errors of one kind alone were mended, minus AP; `all`: of all four. */
  readonly gained: Readonly<Record<"jitter" | "inversion" | "swap" | "miss" | "all", number>>;
  /** Persons that no detection found at an OKS of 0.1, and detections that found none. */
  readonly unfound: number;
  readonly unmatched: number;
}

const thresholds = { found: 0.1, miss: 0.5, good: 0.85 } as const;
const errorKinds = ["jitter", "inversion", "swap", "miss"] as const;

/**
 * The breakdown of Ronchi and Perona 2017 ("Benchmarking and Error Diagnosis in Multi-Instance Pose Estimation", §3; coco-analyze). A mended
 * point lies right of the true one, as far as a similarity asks for: 0.85 for jitter, 0.5 for a miss, the one it had with the wrong
 * joint for the others. Unlike coco-analyze, the distance has the factor (2σ)² of OKS instead of σ², the similarity of exactly 0.85 is
 * good instead of nothing, each kind is mended alone instead of on top of the ones before, and persons of all sizes count.
 * @throws KeypointsError as evaluateOks.
 */
export function poseErrors(
  truth: readonly OksTruth[],
  detections: readonly PoseDetection[],
  skeleton: Skeleton,
  options: Omit<EvaluateOksOptions, "sigmas">,
): PoseErrors {
  const { sigmas } = skeleton;
  const evaluation = { ...options, sigmas };
  const judge = judgeOf(oksVariances(sigmas), flipPermutation(skeleton));
  const matches = matchOks(truth, detections, { ...evaluation, thresholds: [thresholds.found] });
  const perJoint = sigmas.map((): Record<PoseErrorKind, number> => ({ good: 0, jitter: 0, inversion: 0, swap: 0, miss: 0 }));
  const mends = new Map<number, readonly Mend[]>();
  let [found, unmatched] = [0, 0];
  for (const image of matches.categories.flat()) {
    const { outcomes, matches: partners } = image.ranges[0]!; // of all sizes
    for (const [d, detection] of image.detections.entries()) {
      if (outcomes[d] === Outcome.falsePositive) unmatched++;
      if (outcomes[d] !== Outcome.truePositive) continue;
      found++;
      const judged = judge(image, image.truths[partners[d]!]!, detection.keypoints);
      for (const { joint, kind } of judged) perJoint[joint]![kind]++;
      mends.set(detection.index, judged);
    }
  }
  const base = evaluateOks(truth, detections, evaluation).AP;
  const gain = (kinds: readonly PoseErrorKind[]): number => {
    return gainOver(base, evaluateOks(truth, mended(detections, mends, kinds), evaluation));
  };
  const sum = (kind: PoseErrorKind): number => perJoint.reduce((total, counts) => total + counts[kind], 0);
  return {
    total: { good: sum("good"), jitter: sum("jitter"), inversion: sum("inversion"), swap: sum("swap"), miss: sum("miss") },
    perJoint,
    AP: base,
    gained: {
      jitter: gain(["jitter"]),
      inversion: gain(["inversion"]),
      swap: gain(["swap"]),
      miss: gain(["miss"]),
      all: gain(errorKinds),
    },
    unfound: matches.counts.persons - found,
    unmatched,
  };
}

/** A joint, what became of it, and where it would lie if that were mended. */
interface Mend {
  readonly joint: number;
  readonly kind: PoseErrorKind;
  readonly x: number;
  readonly y: number;
}

type Judge = (image: ImagePersons, person: MatchedTruth, keypoints: ArrayLike<number>) => readonly Mend[];

function judgeOf(variances: Float64Array, mirror: readonly number[]): Judge {
  /** Similarity of the predicted joint with the label `as` of a person; −1 without the label. */
  const similarity = (person: MatchedTruth, keypoints: ArrayLike<number>, joint: number, as: number): number => {
    const label = person.keypoints;
    if (!(label[as * 3 + 2]! > 0)) return -1;
    const moved = { keypoints: [label[as * 3]!, label[as * 3 + 1]!, 1], area: person.area };
    return keypointSimilarity(moved, [keypoints[joint * 3]!, keypoints[joint * 3 + 1]!, 1], [variances[joint]!], 0);
  };
  return (image, person, keypoints) =>
    mirror.flatMap((opposite, joint): readonly Mend[] => {
      if (!(person.keypoints[joint * 3 + 2]! > 0)) return [];
      const own = similarity(person, keypoints, joint, joint);
      const inverted = similarity(person, keypoints, joint, opposite);
      const others = image.truths
        .filter((other) => other !== person)
        .map((other) => Math.max(similarity(other, keypoints, joint, joint), similarity(other, keypoints, joint, opposite)));
      const swapped = Math.max(-1, ...others);
      const highest = Math.max(own, inverted, swapped);
      const kind = kindOf(own, inverted, highest);
      const target = kind === "jitter" ? thresholds.good : kind === "miss" ? thresholds.miss : highest;
      const away = Math.sqrt(Math.max(0, -2 * Math.log(target) * person.area * variances[joint]!));
      return [{ joint, kind, x: person.keypoints[joint * 3]! + away, y: person.keypoints[joint * 3 + 1]! }];
    });
}

/** Of equal similarities the right label comes first, then the mirror joint. */
function kindOf(own: number, inverted: number, highest: number): PoseErrorKind {
  if (highest < thresholds.miss) return "miss";
  if (own === highest) return own >= thresholds.good ? "good" : "jitter";
  return inverted === highest ? "inversion" : "swap";
}

function mended(
  detections: readonly PoseDetection[],
  mends: ReadonlyMap<number, readonly Mend[]>,
  kinds: readonly PoseErrorKind[],
): readonly PoseDetection[] {
  return detections.map((detection, index) => {
    const applied = mends.get(index)?.filter(({ kind }) => kinds.includes(kind)) ?? [];
    if (applied.length === 0) return detection;
    const keypoints = Array.from(detection.keypoints);
    for (const { joint, x, y } of applied) keypoints.splice(joint * 3, 2, x, y);
    // The area stays that of the prediction, so that nothing changes but the points.
    return { ...detection, keypoints, area: detection.area ?? keypointExtent(detection.keypoints) };
  });
}

function gainOver(base: number, { AP }: OksNumbers): number {
  return base < 0 ? 0 : AP - base;
}
