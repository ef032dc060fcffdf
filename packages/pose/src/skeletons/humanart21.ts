import { coco17 } from "./coco17.ts";
import type { Skeleton } from "./skeleton.ts";
import { bothSides, type NamePair, skeletonOfNames } from "./skeletonOfNames.ts";

const named = coco17.limbs.map(([a, b]): NamePair => [coco17.joints[a]!, coco17.joints[b]!]);

/** COCO's 17 key points, fingers and toes of Human-Art (Ju et al. 2023); limbs and sigmas as in mmpose (configs/_base_/datasets/humanart21.py). */
export const humanart21: Skeleton = skeletonOfNames({
  name: "humanart21",
  joints: [...coco17.joints, "left_finger", "right_finger", "left_toe", "right_toe"],
  limbs: [...named, ...bothSides(["ankle", "toe"], ["wrist", "finger"])],
  sigmas: [...coco17.sigmas, 0.089, 0.089, 0.089, 0.089],
});
