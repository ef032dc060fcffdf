import { defineSkeleton, type Skeleton } from "./skeleton.ts";

/**
 * The 18 key points of OpenPose: COCO's in another order, and the neck, the middle of the shoulders (Cao et al. 2017, arXiv:1611.08050). Sigmas are
 * COCO's; the neck, which nobody annotated, has the shoulders'.
 */
export const openpose18: Skeleton = defineSkeleton({
  name: "openpose18",
  joints: [
    "nose",
    "neck",
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
    "right_eye",
    "left_eye",
    "right_ear",
    "left_ear",
  ],
  limbs: [
    [1, 2],
    [1, 5],
    [2, 3],
    [3, 4],
    [5, 6],
    [6, 7],
    [1, 8],
    [8, 9],
    [9, 10],
    [1, 11],
    [11, 12],
    [12, 13],
    [1, 0],
    [0, 14],
    [14, 16],
    [0, 15],
    [15, 17],
  ],
  flipPairs: [
    [5, 2],
    [6, 3],
    [7, 4],
    [11, 8],
    [12, 9],
    [13, 10],
    [15, 14],
    [17, 16],
  ],
  sigmas: [0.026, 0.079, 0.079, 0.072, 0.062, 0.079, 0.072, 0.062, 0.107, 0.087, 0.089, 0.107, 0.087, 0.089, 0.025, 0.025, 0.035, 0.035],
});
