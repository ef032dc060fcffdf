import { cocoSigmas } from "./cocoSigmas.ts";
import type { Skeleton } from "./skeleton.ts";
import { bothSides, skeletonOfNames } from "./skeletonOfNames.ts";

const joints = [
  "right_wrist",
  "right_elbow",
  "right_shoulder",
  "left_shoulder",
  "left_elbow",
  "left_wrist",
  "right_ankle",
  "right_knee",
  "right_hip",
  "left_hip",
  "left_knee",
  "left_ankle",
];

/**
 * The 12 limb joints of the babyPose data set (Migliorelli et al. 2020), called as in that paper; the order, the limbs and COCO's sigmas are those of the
 * online-distillation HRNet (geronimaw/OnlineKD-HRNet-Human-Pose-Estimation, lib/dataset/babypose.py), which calls wrists hands and ankles feet.
 */
export const babypose12: Skeleton = skeletonOfNames({
  name: "babypose12",
  joints,
  limbs: bothSides(["wrist", "elbow"], ["elbow", "shoulder"], ["ankle", "knee"], ["knee", "hip"]),
  sigmas: cocoSigmas(joints),
});
