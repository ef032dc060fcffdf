import { cocoSigmas } from "./cocoSigmas.ts";
import type { Skeleton } from "./skeleton.ts";
import { bothSides, skeletonOfNames } from "./skeletonOfNames.ts";

const joints = [
  "left_shoulder",
  "right_shoulder",
  "left_elbow",
  "right_elbow",
  "left_wrist",
  "right_wrist",
  "left_hip",
  "right_hip",
  "left_knee",
  "right_knee",
  "left_ankle",
  "right_ankle",
  "head_top",
  "neck",
];

/**
 * The 14 joints of CrowdPose (Li et al. 2019); its files call the top of the head "head". Limbs as in mmpose (configs/_base_/datasets/crowdpose.py), sigmas
 * as in the data set's own evaluation (Jeff-sjtu/CrowdPose, crowdpose-api).
 */
export const crowdpose14: Skeleton = skeletonOfNames({
  name: "crowdpose14",
  joints,
  limbs: [
    ...bothSides(["ankle", "knee"], ["knee", "hip"], ["shoulder", "hip"], ["shoulder", "elbow"], ["elbow", "wrist"]),
    ["left_hip", "right_hip"],
    ["left_shoulder", "right_shoulder"],
    ["head_top", "neck"],
    ["right_shoulder", "neck"],
    ["left_shoulder", "neck"],
  ],
  sigmas: cocoSigmas(joints, { head_top: 0.079, neck: 0.079 }),
});
