import { cocoSigmas } from "./cocoSigmas.ts";
import type { Skeleton } from "./skeleton.ts";
import { bothSides, skeletonOfNames } from "./skeletonOfNames.ts";

const joints = [
  "right_ankle",
  "right_knee",
  "right_hip",
  "left_hip",
  "left_knee",
  "left_ankle",
  "right_wrist",
  "right_elbow",
  "right_shoulder",
  "left_shoulder",
  "left_elbow",
  "left_wrist",
  "neck",
  "head_top",
];

/**
 * The 14 joints of Leeds Sports Pose and its extension (Johnson, Everingham 2010, 2011). The data set publishes no sigmas: these are COCO's, and
 * CrowdPose's for neck and top of the head.
 */
export const lsp14: Skeleton = skeletonOfNames({
  name: "lsp14",
  joints,
  limbs: [
    ...bothSides(["ankle", "knee"], ["knee", "hip"], ["hip", "shoulder"], ["wrist", "elbow"], ["elbow", "shoulder"]),
    ["right_shoulder", "neck"],
    ["left_shoulder", "neck"],
    ["neck", "head_top"],
  ],
  sigmas: cocoSigmas(joints, { neck: 0.079, head_top: 0.079 }),
});
