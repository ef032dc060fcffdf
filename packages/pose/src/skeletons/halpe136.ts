import { coco17 } from "./coco17.ts";
import { faceJoints, faceMirrored } from "./face68.ts";
import { halpe26, halpeBodyLimbs } from "./halpe26.ts";
import { handColors, handJoints, handLimbs } from "./hand21.ts";
import { sideColors } from "./sideColors.ts";
import type { Skeleton } from "./skeleton.ts";
import { skeletonOfNames } from "./skeletonOfNames.ts";

const handJointCount = 2 * 21;

/**
 * The 136 key points of Halpe full body (Li et al. 2020; Fang-Haoshu/Halpe-FullBody): 26 of body and feet, 68 of the face, 21 of each hand, whose first is
 * called the hand's root as in COCO-WholeBody. Limbs and sigmas as in mmpose (configs/_base_/datasets/halpe.py).
 */
export const halpe136: Skeleton = skeletonOfNames({
  name: "halpe136",
  joints: [...halpe26.joints, ...faceJoints, ...handJoints("left"), ...handJoints("right")],
  limbs: [...halpeBodyLimbs, ...handLimbs("left"), ...handLimbs("right")],
  mirrored: faceMirrored,
  sigmas: [
    ...coco17.sigmas,
    ...[0.08, 0.08, 0.08],
    ...Array<number>(6).fill(0.089),
    ...Array<number>(faceJoints.length + handJointCount).fill(0.015),
  ],
  colors: [...sideColors(halpeBodyLimbs), ...handColors, ...handColors],
});
