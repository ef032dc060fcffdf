import type { Size } from "../boxes/box.ts";
import { openpose18 } from "../skeletons/openpose18.ts";
import { type Connection, connectPeaks } from "./connectPeaks.ts";
import { findPeaks, type Peak } from "./findPeaks.ts";
import { heatmapChannels, type OpenPoseMaps, openPoseLimbs } from "./partFields.ts";

/** A person that grouping found. */
export interface OpenPosePerson {
  /** [54], `openpose18`: x, y in the maps' pixels and the peak; zeros for a joint that was not found. */
  readonly keypoints: Float64Array;
  /** Sum of the peaks and of the limbs that joined them. */
  readonly score: number;
  /** Joints that count in the score. */
  readonly count: number;
}

/**
 * How limbs make persons. `published`: as Lightweight OpenPose does it, where each limb extends whoever has its first joint, and the limbs from
 * shoulder to ear only give a missing end, without a score: an ear may then belong to two persons, and a head whose neck was not found is
 * never joined to its body. `merge`: a limb extends whoever has either end, and joins two that have no joint in common; every joint counts once.
 */
export type Assembly = "published" | "merge";

/** The limbs in the order in which grouping goes through them: from the neck outwards, and last the ears to the shoulders. */
const order = [6, 10, 7, 8, 11, 12, 0, 1, 2, 3, 4, 5, 14, 15, 17, 16, 18, 9, 13] as const;
/** The last ones, which close circles. */
const closing: ReadonlySet<number> = new Set([9, 13]);
/** Persons of fewer joints, or of a lower mean score, are left out. */
const [leastCount, leastMeanScore] = [3, 0.2];

/**
 * All persons of an image from its maps, heatmaps [h, w, 19] and part affinity fields [h, w, 38] at the image's size (`resizeCubic`).
 * Source: Lightweight OpenPose, modules/keypoints.py; Cao et al. 2017, arXiv:1611.08050, §2.4.
 */
export function groupPeaks({ heatmaps, pafs }: OpenPoseMaps, size: Size, assembly: Assembly = "merge"): readonly OpenPosePerson[] {
  const joints = openpose18.joints.length;
  const peaks = findPeaks(heatmaps, { size, channels: heatmapChannels, joints });
  const assemble = assembly === "published" ? extendOrBegin : mergeOrBegin;
  const persons: Draft[] = [];
  for (const limb of order) {
    const [jointA, jointB] = openPoseLimbs[limb]!;
    for (const { a, b, score } of connectPeaks(limb, peaks, pafs, size)) {
      const peakA = peaks[jointA]![a]!;
      const peakB = peaks[jointB]![b]!;
      assemble(persons, { jointA, jointB, peakA, peakB, score }, closing.has(limb));
    }
  }
  return persons
    .filter(({ count, score }) => count >= leastCount && score / count >= leastMeanScore)
    .map(({ found, score, count }) => {
      const keypoints = new Float64Array(3 * joints);
      for (const [joint, { x, y, score }] of found) keypoints.set([x, y, score], 3 * joint);
      return { keypoints, score, count };
    });
}

/** A person being assembled. */
interface Draft {
  readonly found: Map<number, Peak>;
  score: number;
  count: number;
}

/** A connection with its joints and peaks. */
interface Limb extends Pick<Connection, "score"> {
  readonly jointA: number;
  readonly jointB: number;
  readonly peakA: Peak;
  readonly peakB: Peak;
}

function begin({ jointA, jointB, peakA, peakB, score }: Limb): Draft {
  const found = new Map([
    [jointA, peakA],
    [jointB, peakB],
  ]);
  return { found, score: peakA.score + peakB.score + score, count: 2 };
}

function extendOrBegin(persons: Draft[], limb: Limb, closes: boolean): void {
  const { jointA, jointB, peakA, peakB, score } = limb;
  if (closes) {
    for (const { found } of persons) {
      if (found.get(jointA) === peakA && !found.has(jointB)) found.set(jointB, peakB);
      else if (found.get(jointB) === peakB && !found.has(jointA)) found.set(jointA, peakA);
    }
    return;
  }
  const owners = persons.filter(({ found }) => found.get(jointA) === peakA);
  for (const owner of owners) {
    owner.found.set(jointB, peakB);
    owner.count++;
    owner.score += peakB.score + score;
  }
  if (owners.length === 0) persons.push(begin(limb));
}

function mergeOrBegin(persons: Draft[], limb: Limb, closes: boolean): void {
  const { jointA, jointB, peakA, peakB, score } = limb;
  const [ownerA, ownerB] = [
    persons.find(({ found }) => found.get(jointA) === peakA),
    persons.find(({ found }) => found.get(jointB) === peakB),
  ];
  if (!ownerA && !ownerB) {
    if (!closes) persons.push(begin(limb));
  } else if (ownerA && ownerB) {
    if (ownerA === ownerB || [...ownerA.found.keys()].some((joint) => ownerB.found.has(joint))) return;
    for (const [joint, peak] of ownerB.found) ownerA.found.set(joint, peak);
    ownerA.count += ownerB.count;
    ownerA.score += ownerB.score + score;
    persons.splice(persons.indexOf(ownerB), 1);
  } else {
    const [owner, joint, peak] = ownerA ? [ownerA, jointB, peakB] : [ownerB!, jointA, peakA]; // one of the two
    if (owner.found.has(joint)) return;
    owner.found.set(joint, peak);
    owner.count++;
    owner.score += peak.score + score;
  }
}
