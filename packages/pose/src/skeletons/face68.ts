import type { NamePair } from "./skeletonOfNames.ts";

/**
 * The 68 face points of 300-W (Sagonas et al. 2013), as mmpose numbers them: jaw 0–16, brows 17–26, nose 27–35, eyes 36–47, mouth 48–67, each row from the
 * image's left, where a frontal person's right is.
 */
export const faceJoints: readonly string[] = Array.from({ length: 68 }, (_, i) => `face_${i}`);

/** Pairs [left, right] of {@link faceJoints} that mirror. */
export const faceMirrored: readonly NamePair[] = [
  ...mirroredRow(0, 16),
  ...mirroredRow(17, 26),
  ...mirroredRow(31, 35),
  ...(
    [
      [36, 45],
      [37, 44],
      [38, 43],
      [39, 42],
      [40, 47],
      [41, 46],
    ] as const
  ).map(([right, left]): NamePair => [`face_${left}`, `face_${right}`]),
  ...mirroredRow(48, 54),
  ...mirroredRow(55, 59).map(swapped),
  ...mirroredRow(60, 64),
  ...mirroredRow(65, 67).map(swapped),
];

/** Outer points of a row first; the row runs from the person's right to the left. */
function mirroredRow(first: number, last: number): readonly NamePair[] {
  return Array.from({ length: (last - first + 1) >> 1 }, (_, i): NamePair => [`face_${last - i}`, `face_${first + i}`]);
}

/** For lower lips, whose rows run back. */
function swapped([left, right]: NamePair): NamePair {
  return [right, left];
}
