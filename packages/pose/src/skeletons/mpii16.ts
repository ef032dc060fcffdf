import type { Skeleton } from "./skeleton.ts";
import { bothSides, skeletonOfNames } from "./skeletonOfNames.ts";

/** The 16 joints of MPII Human Pose (Andriluka et al. 2014); limbs and sigmas, adapted from COCO's, as in mmpose (configs/_base_/datasets/mpii.py). */
export const mpii16: Skeleton = skeletonOfNames({
  name: "mpii16",
  joints: [
    "right_ankle",
    "right_knee",
    "right_hip",
    "left_hip",
    "left_knee",
    "left_ankle",
    "pelvis",
    "thorax",
    "upper_neck",
    "head_top",
    "right_wrist",
    "right_elbow",
    "right_shoulder",
    "left_shoulder",
    "left_elbow",
    "left_wrist",
  ],
  limbs: [
    ...bothSides(["ankle", "knee"], ["knee", "hip"], ["shoulder", "elbow"], ["elbow", "wrist"]),
    ["right_hip", "pelvis"],
    ["pelvis", "left_hip"],
    ["pelvis", "thorax"],
    ["thorax", "upper_neck"],
    ["upper_neck", "head_top"],
    ["upper_neck", "right_shoulder"],
    ["upper_neck", "left_shoulder"],
  ],
  sigmas: [0.089, 0.083, 0.107, 0.107, 0.083, 0.089, 0.026, 0.026, 0.026, 0.026, 0.062, 0.072, 0.179, 0.179, 0.072, 0.062],
});
