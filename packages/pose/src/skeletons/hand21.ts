import type { NamePair } from "./skeletonOfNames.ts";

const fingers = [
  ["thumb", "#ff8000"],
  ["forefinger", "#ff99ff"],
  ["middle_finger", "#66b2ff"],
  ["ring_finger", "#ff3333"],
  ["pinky_finger", "#00ff00"],
] as const;

type Side = "left" | "right";

/** The 21 joints of a hand: its root, then four of each finger from the palm to the tip (COCO-WholeBody, Halpe). */
export function handJoints(side: Side): readonly string[] {
  return [`${side}_hand_root`, ...fingers.flatMap(([finger]) => [1, 2, 3, 4].map((joint) => `${side}_${finger}${joint}`))];
}

/** Limbs of a hand from the wrist of its arm to the tips. */
export function handLimbs(side: Side): readonly NamePair[] {
  return fingers.flatMap(([finger]) =>
    [1, 2, 3, 4].map((joint): NamePair => [joint === 1 ? `${side}_wrist` : `${side}_${finger}${joint - 1}`, `${side}_${finger}${joint}`]),
  );
}

/** Colours of {@link handLimbs}, as mmpose draws them. */
export const handColors: readonly string[] = fingers.flatMap(([, color]) => Array<string>(4).fill(color));
