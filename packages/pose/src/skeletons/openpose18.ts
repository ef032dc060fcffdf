import { cocoSigmas } from "./cocoSigmas.ts";
import type { Skeleton } from "./skeleton.ts";
import { skeletonOfNames } from "./skeletonOfNames.ts";

const joints = [
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
];

/**
 * The 18 key points of OpenPose (Cao et al. 2019): COCO's and a neck halfway between the shoulders. Limbs and their colours as OpenPose draws them, which are
 * its part affinity fields but those from shoulder to ear; the neck's sigma as in mmpose (configs/_base_/datasets/coco_openpose.py).
 */
export const openpose18: Skeleton = skeletonOfNames({
  name: "openpose18",
  joints,
  limbs: [
    ["neck", "right_shoulder"],
    ["neck", "left_shoulder"],
    ["right_shoulder", "right_elbow"],
    ["right_elbow", "right_wrist"],
    ["left_shoulder", "left_elbow"],
    ["left_elbow", "left_wrist"],
    ["neck", "right_hip"],
    ["right_hip", "right_knee"],
    ["right_knee", "right_ankle"],
    ["neck", "left_hip"],
    ["left_hip", "left_knee"],
    ["left_knee", "left_ankle"],
    ["neck", "nose"],
    ["nose", "right_eye"],
    ["right_eye", "right_ear"],
    ["nose", "left_eye"],
    ["left_eye", "left_ear"],
  ],
  sigmas: cocoSigmas(joints, { neck: 0.082 }),
  means: { neck: ["left_shoulder", "right_shoulder"] },
  colors: [
    "#ff0055",
    "#ff0000",
    "#ff5500",
    "#ffaa00",
    "#ffff00",
    "#aaff00",
    "#55ff00",
    "#00ff00",
    "#00ff55",
    "#00ffaa",
    "#00ffe1",
    "#00aaff",
    "#0055ff",
    "#0000ff",
    "#ff00aa",
    "#aa00ff",
    "#ff00ff",
  ],
});
