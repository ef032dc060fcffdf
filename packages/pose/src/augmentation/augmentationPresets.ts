import type { Augmentation } from "./augmentation.ts";

/** The names of the published augmentations. */
export type AugmentationPreset = "hrnet" | "mpii" | "rtmpose-stage1" | "rtmpose-stage2";

const hrnetHalfBody = { probability: 0.3, joints: 9, half: [3, 3], upper: 0.69146, padding: 1.5 } as const;
const hsv = { hue: 5, saturation: 30, value: 30 } as const;
const blur = { probability: 0.1, kernel: [3, 7] } as const;
/** The defaults of mmpose's `RandomHalfBody`: its documentation says others. */
const mmposeHalfBody = { probability: 0.3, joints: 9, half: [2, 3], upper: 0.7, padding: 1.5 } as const;

/**
 * `hrnet`: HRNet on COCO (w32_256x192_adam_lr1e-3.yaml: SCALE_FACTOR .35, ROT_FACTOR 45, PROB_HALF_BODY .3, NUM_JOINTS_HALF_BODY 8).
 * `mpii`: HRNet on MPII (SCALE_FACTOR .25, ROT_FACTOR 30, no half bodies). Both clip their draws.
 * `rtmpose-stage1` and `rtmpose-stage2`: RTMPose's pipelines for most and for the last 30 epochs (configs/body_2d_keypoint/rtmpose/coco).
 */
export const augmentationPresets: Readonly<Record<AugmentationPreset, Augmentation>> = {
  hrnet: {
    flip: 0.5,
    halfBody: hrnetHalfBody,
    scale: { probability: 1, range: [0.65, 1.35] },
    rotation: { probability: 0.6, deviation: 45, limit: 90 },
    beyond: "clip",
  },
  mpii: {
    flip: 0.5,
    scale: { probability: 1, range: [0.75, 1.25] },
    rotation: { probability: 0.6, deviation: 30, limit: 60 },
    beyond: "clip",
  },
  "rtmpose-stage1": {
    flip: 0.5,
    halfBody: mmposeHalfBody,
    shift: { probability: 0.3, share: 0.16 },
    scale: { probability: 1, range: [0.6, 1.4] },
    rotation: { probability: 0.6, deviation: 80, limit: 80 },
    beyond: "redraw",
    hsv,
    blur,
    medianBlur: blur,
    dropout: { probability: 1, side: [0.2, 0.4] },
  },
  "rtmpose-stage2": {
    flip: 0.5,
    halfBody: mmposeHalfBody,
    scale: { probability: 1, range: [0.75, 1.25] },
    rotation: { probability: 0.6, deviation: 60, limit: 60 },
    beyond: "redraw",
    hsv,
    blur,
    medianBlur: blur,
    dropout: { probability: 0.5, side: [0.2, 0.4] },
  },
};
