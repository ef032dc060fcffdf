import { coco17 } from "./coco17.ts";
import { faceJoints, faceMirrored } from "./face68.ts";
import { handColors, handJoints, handLimbs } from "./hand21.ts";
import { sideColors } from "./sideColors.ts";
import type { Skeleton } from "./skeleton.ts";
import { bothSides, type NamePair, skeletonOfNames } from "./skeletonOfNames.ts";

const body: readonly NamePair[] = [
  ...coco17.limbs.map(([a, b]): NamePair => [coco17.joints[a]!, coco17.joints[b]!]),
  ...bothSides(["ankle", "big_toe"], ["ankle", "small_toe"], ["ankle", "heel"]),
];

/**
 * The 133 key points of COCO-WholeBody (Jin et al. 2020): 17 of the body, 6 of the feet, 68 of the face, 21 of each hand. Limbs as in mmpose
 * (configs/_base_/datasets/coco_wholebody.py), sigmas as in the data set's own evaluation (jin-s13/COCO-WholeBody, evaluation/myeval_wholebody.py).
 */
export const cocoWholebody133: Skeleton = skeletonOfNames({
  name: "cocoWholebody133",
  joints: [
    ...coco17.joints,
    ...["left", "right"].flatMap((side) => [`${side}_big_toe`, `${side}_small_toe`, `${side}_heel`]),
    ...faceJoints,
    ...handJoints("left"),
    ...handJoints("right"),
  ],
  limbs: [...body, ...handLimbs("left"), ...handLimbs("right")],
  mirrored: faceMirrored,
  sigmas: [
    ...coco17.sigmas,
    ...[0.068, 0.066, 0.066, 0.092, 0.094, 0.094],
    ...[0.042, 0.043, 0.044, 0.043, 0.04, 0.035, 0.031, 0.025, 0.02, 0.023, 0.029, 0.032, 0.037, 0.038, 0.043, 0.041, 0.045],
    ...[0.013, 0.012, 0.011, 0.011, 0.012, 0.012, 0.011, 0.011, 0.013, 0.015],
    ...[0.009, 0.007, 0.007, 0.007, 0.012, 0.009, 0.008, 0.016, 0.01],
    ...[0.017, 0.011, 0.009, 0.011, 0.009, 0.007, 0.013, 0.008, 0.011, 0.012, 0.01, 0.034],
    ...[0.008, 0.008, 0.009, 0.008, 0.008, 0.007, 0.01, 0.008, 0.009, 0.009, 0.009, 0.007, 0.007, 0.008, 0.011, 0.008, 0.008, 0.008],
    ...[0.01, 0.008],
    ...handSigmas(),
    ...handSigmas(),
  ],
  colors: [...sideColors(body), ...handColors, ...handColors],
});

function handSigmas(): readonly number[] {
  return [
    ...[0.029, 0.022, 0.035, 0.037, 0.047, 0.026, 0.025, 0.024, 0.035, 0.018, 0.024],
    ...[0.022, 0.026, 0.017, 0.021, 0.021, 0.032, 0.02, 0.019, 0.022, 0.031],
  ];
}
