import type { Skeleton } from "./skeleton.ts";
import { bothSides, skeletonOfNames } from "./skeletonOfNames.ts";

/** The 15 joints of JHMDB (Jhuang et al. 2013); limbs and sigmas, adapted from COCO's, as in mmpose (configs/_base_/datasets/jhmdb.py). */
export const jhmdb15: Skeleton = skeletonOfNames({
  name: "jhmdb15",
  joints: [
    "neck",
    "belly",
    "head",
    "right_shoulder",
    "left_shoulder",
    "right_hip",
    "left_hip",
    "right_elbow",
    "left_elbow",
    "right_knee",
    "left_knee",
    "right_wrist",
    "left_wrist",
    "right_ankle",
    "left_ankle",
  ],
  limbs: [
    ...bothSides(["ankle", "knee"], ["knee", "hip"], ["shoulder", "elbow"], ["elbow", "wrist"]),
    ["right_hip", "belly"],
    ["belly", "left_hip"],
    ["belly", "neck"],
    ["neck", "head"],
    ["neck", "right_shoulder"],
    ["neck", "left_shoulder"],
  ],
  sigmas: [0.025, 0.107, 0.025, 0.079, 0.079, 0.107, 0.107, 0.072, 0.072, 0.087, 0.087, 0.062, 0.062, 0.089, 0.089],
});
