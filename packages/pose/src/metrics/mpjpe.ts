import { alignSimilarity, type Point3 } from "./alignSimilarity.ts";

/** A person in three dimensions, and its truth. */
export interface MpjpeSample {
  readonly predicted: readonly Point3[];
  readonly truth: readonly Point3[];
  /** [k] whether a joint counts; all take part in the alignment. */
  readonly mask: readonly boolean[];
}

/** What is taken out of a prediction before it is measured: nothing, its pose and size (Procrustes, P-MPJPE), or its size (N-MPJPE). */
export type MpjpeAlignment = "none" | "procrustes" | "scale";

/**
 * Mean per joint position error over the joints that count, in the unit of the points; null where none does.
 * Source: mmpose, evaluation/functional/keypoint_eval.py `keypoint_mpjpe`.
 */
export function mpjpe(samples: readonly MpjpeSample[], alignment: MpjpeAlignment = "none"): number | null {
  const distances = samples.flatMap(({ predicted, truth, mask }) => {
    const aligned = align(predicted, truth, alignment);
    return truth.flatMap((point, k) => (mask[k] ? [Math.hypot(...point.map((value, axis) => aligned[k]![axis]! - value))] : []));
  });
  return distances.length > 0 ? distances.reduce((sum, distance) => sum + distance, 0) / distances.length : null;
}

function align(predicted: readonly Point3[], truth: readonly Point3[], alignment: MpjpeAlignment): readonly Point3[] {
  switch (alignment) {
    case "none":
      return predicted;
    case "procrustes":
      return alignSimilarity(predicted, truth);
    case "scale": {
      const dot = (a: readonly Point3[], b: readonly Point3[]): number =>
        a.reduce((sum, [x, y, z], k) => sum + x * b[k]![0] + y * b[k]![1] + z * b[k]![2], 0);
      const scale = dot(predicted, truth) / dot(predicted, predicted);
      return predicted.map(([x, y, z]): Point3 => [scale * x, scale * y, scale * z]);
    }
    default:
      return alignment satisfies never;
  }
}
