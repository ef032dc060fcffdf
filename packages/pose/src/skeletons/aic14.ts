import type { Skeleton } from "./skeleton.ts";
import { bothSides, skeletonOfNames } from "./skeletonOfNames.ts";

/**
 * The 14 joints of AI Challenger (Wu et al. 2017). Sigmas are half the δ of the challenge's own keypoint_eval.py; these and the limbs as in mmpose
 * (configs/_base_/datasets/aic.py).
 */
export const aic14: Skeleton = skeletonOfNames({
  name: "aic14",
  joints: [
    "right_shoulder",
    "right_elbow",
    "right_wrist",
    "left_shoulder",
    "left_elbow",
    "left_wrist",
    "right_hip",
    "right_knee",
    "right_ankle",
    "left_hip",
    "left_knee",
    "left_ankle",
    "head_top",
    "neck",
  ],
  limbs: [
    ...bothSides(["wrist", "elbow"], ["elbow", "shoulder"], ["ankle", "knee"], ["knee", "hip"], ["shoulder", "hip"]),
    ["right_shoulder", "neck"],
    ["neck", "left_shoulder"],
    ["right_hip", "left_hip"],
    ["head_top", "neck"],
  ],
  sigmas: [
    0.01388152, 0.01515228, 0.01057665, 0.01417709, 0.01497891, 0.01402144, 0.03909642, 0.03686941, 0.01981803, 0.03843971, 0.03412318,
    0.02415081, 0.01291456, 0.01236173,
  ],
});
