import type { Size } from "../boxes/box.ts";
import type { Peak } from "./findPeaks.ts";
import { fieldChannels, openPoseLimbs } from "./partFields.ts";

/** Two peaks that a limb joins, as places in their joints' lists, and how well the field agrees. */
export interface Connection {
  readonly a: number;
  readonly b: number;
  readonly score: number;
}

/** Points along a limb at which its field is looked at. */
const points = 10;
/** A point agrees where the field goes at least so far along the limb. */
const leastAgreement = 0.05;
/** Share of the points of which more must agree. */
const leastShare = 0.8;

/**
 * The pairs of peaks that a limb joins, the best first, each peak in one: the mean of field · direction over those of ten points between them that
 * agree, where nine or ten do. Fields [h, w, 38] of the peaks' pixels.
 * Source: Lightweight OpenPose, modules/keypoints.py `group_keypoints`, `connections_nms`; of equal scores the later pair is first, as there.
 */
export function connectPeaks(
  limb: number,
  peaks: readonly (readonly Peak[])[],
  pafs: Float32Array,
  { width }: Size,
): readonly Connection[] {
  const [jointA, jointB] = openPoseLimbs[limb]!;
  const candidates: Connection[] = [];
  for (const [b, to] of peaks[jointB]!.entries()) {
    for (const [a, from] of peaks[jointA]!.entries()) {
      const score = agreement(from, to, (x, y, axis) => pafs[(y * width + x) * fieldChannels + 2 * limb + axis]!);
      if (score !== null) candidates.push({ a, b, score });
    }
  }
  const [takenA, takenB] = [new Set<number>(), new Set<number>()];
  return candidates
    .reverse()
    .sort((one, other) => other.score - one.score)
    .filter(({ a, b }) => {
      if (takenA.has(a) || takenB.has(b)) return false;
      takenA.add(a);
      takenB.add(b);
      return true;
    });
}

/** The score of a pair, or null where the field does not join it. */
function agreement(from: Peak, to: Peak, field: (x: number, y: number, axis: 0 | 1) => number): number | null {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const length = Math.hypot(dx, dy);
  if (length === 0) return null;
  let [sum, agreeing] = [0, 0];
  for (let i = 0; i < points; i++) {
    // Never half-way between pixels: an odd multiple of ½ is no multiple of 1/9 of a whole number.
    const x = Math.round(from.x + (dx * i) / (points - 1));
    const y = Math.round(from.y + (dy * i) / (points - 1));
    const along = (field(x, y, 0) * dx + field(x, y, 1) * dy) / length;
    if (!(along > leastAgreement)) continue;
    sum += along;
    agreeing++;
  }
  return agreeing > leastShare * points ? sum / agreeing : null;
}
