import type { Box } from "../boxes/box.ts";
import { assertKeypoints } from "../keypoints.ts";
import { normalizedDistance } from "./keypointDistance.ts";
import { headNorm } from "./poseNorms.ts";

/** One person of MPII. */
export interface PckhSample {
  /** [k·3] in pixels that count from 0, as our networks predict. */
  readonly predicted: ArrayLike<number>;
  /** [k·3] in pixels that count from 1, as in MPII's annotations; v = 0 does not count. */
  readonly truth: ArrayLike<number>;
  /** MPII's head box, in the same pixels. */
  readonly head: Box;
}

/** What {@link pckh} found, as fractions 0–1. */
export interface Pckh {
  /** Mean over the joints but those excluded, each weighing as many as it has labels; 0 where there is none. */
  readonly mean: number;
  /** [k] null where a joint has no label. */
  readonly perJoint: readonly (number | null)[];
  /** [k] labels. */
  readonly counts: readonly number[];
  /** `mean` at a threshold of 0.10. */
  readonly meanAt10: number;
  /** `mean` at 0.11: what HRNet prints as Mean@0.1, because it takes entry 11 of 0, 0.01 … 0.5. */
  readonly meanAt11: number;
}

/** How {@link pckh} counts; the defaults are HRNet's. */
export interface PckhOptions {
  /** A joint is found within this share of the head's size, the limit included. Default 0.5. */
  readonly threshold?: number;
  /** Joints without a say in the means. Default MPII's pelvis and thorax, 6 and 7. */
  readonly excluded?: readonly number[];
  /** Added to x and y of predictions. Default 1: MPII counts pixels from 1. */
  readonly offset?: number;
}

/**
 * PCKh of MPII: distances measured by 0.6 of the head box's diagonal. Source: HRNet, lib/dataset/mpii.py `evaluate`.
 * @throws KeypointsError when the samples disagree about the number of joints.
 */
export function pckh(samples: readonly PckhSample[], options: PckhOptions = {}): Pckh {
  const { threshold = 0.5, excluded = [6, 7], offset = 1 } = options;
  const joints = samples[0] ? assertKeypoints("pckh", samples[0].truth) : 0;
  const distances = Array.from({ length: joints }, (): number[] => []);
  for (const { predicted, truth, head } of samples) {
    assertKeypoints("pckh", truth, joints);
    assertKeypoints("pckh", predicted, joints);
    const moved = Float64Array.from({ length: predicted.length }, (_, i) => predicted[i]! + (i % 3 === 2 ? 0 : offset));
    for (const [k, found] of distances.entries()) {
      const distance = normalizedDistance(moved, truth, k, headNorm(head));
      if (distance !== null) found.push(distance);
    }
  }
  const within = (limit: number): number[] => distances.map((all) => all.filter((distance) => distance <= limit).length);
  const counts = distances.map((all) => all.length);
  const mean = (limit: number): number => {
    const kept = within(limit).map((found, k) => (excluded.includes(k) ? [0, 0] : [found, counts[k]!]) as readonly [number, number]);
    const [found, labels] = kept.reduce(([a, b], [c, d]) => [a + c, b + d], [0, 0] as readonly [number, number]);
    return labels > 0 ? found / labels : 0;
  };
  return {
    mean: mean(threshold),
    perJoint: within(threshold).map((found, k) => (counts[k]! > 0 ? found / counts[k]! : null)),
    counts,
    meanAt10: mean(0.1),
    meanAt11: mean(0.11),
  };
}
