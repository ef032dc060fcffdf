import { coco17 } from "./coco17.ts";
import { sideColors } from "./sideColors.ts";
import type { Skeleton } from "./skeleton.ts";
import { bothSides, type NamePair, skeletonOfNames } from "./skeletonOfNames.ts";

/** Limbs of Halpe's body and feet. */
export const halpeBodyLimbs: readonly NamePair[] = [
  ...bothSides(["ankle", "knee"], ["knee", "hip"]),
  ["left_hip", "hip"],
  ["right_hip", "hip"],
  ["head", "neck"],
  ["neck", "hip"],
  ["neck", "left_shoulder"],
  ["neck", "right_shoulder"],
  ...bothSides(["shoulder", "elbow"], ["elbow", "wrist"]),
  ["left_eye", "right_eye"],
  ["nose", "left_eye"],
  ["nose", "right_eye"],
  ...bothSides(["eye", "ear"], ["ear", "shoulder"], ["ankle", "big_toe"], ["ankle", "small_toe"], ["ankle", "heel"]),
];

/**
 * Halpe's 26 key points of body and feet (Li et al. 2020; Fang-Haoshu/Halpe-FullBody): COCO's, head, neck, the middle of the hips, toes and heels. Limbs and
 * sigmas as in mmpose (configs/_base_/datasets/halpe26.py).
 */
export const halpe26: Skeleton = skeletonOfNames({
  name: "halpe26",
  joints: [
    ...coco17.joints,
    "head",
    "neck",
    "hip",
    "left_big_toe",
    "right_big_toe",
    "left_small_toe",
    "right_small_toe",
    "left_heel",
    "right_heel",
  ],
  limbs: halpeBodyLimbs,
  sigmas: [...coco17.sigmas, 0.026, 0.026, 0.066, 0.079, 0.079, 0.079, 0.079, 0.079, 0.079],
  colors: sideColors(halpeBodyLimbs),
});
