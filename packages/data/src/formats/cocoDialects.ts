import {
  aic14,
  babypose12,
  coco17,
  cocoWholebody133,
  crowdpose14,
  halpe136,
  humanart21,
  jhmdb15,
  lsp14,
  type Skeleton,
} from "@kindling/pose";
import type { JsonObject } from "./jsonValues.ts";
import { wholeBodyKeypoints } from "./wholeBodyKeypoints.ts";

/** A data set that is annotated in COCO's way, and how it differs from COCO. */
export interface CocoDialect {
  /** What its key points are. */
  readonly skeleton: Skeleton;
  /** Names of the key points as its files write them, where not as the skeleton does. */
  readonly written?: readonly string[];
  /** The key points of an annotation where they are not `keypoints` alone. */
  readonly keypoints?: (annotation: JsonObject) => unknown;
  /** 1 where boxes count pixels from 1, as MATLAB does. */
  readonly firstPixel?: 0 | 1;
}

/** The data sets whose files are COCO-style. */
export type CocoFormat =
  | "coco"
  | "cocoWholebody"
  | "halpe"
  | "crowdpose"
  | "aic"
  | "ochuman"
  | "jhmdb"
  | "lsp"
  | "humanArt"
  | "humanArt21"
  | "babyPose";

/** What each of them has of its own. */
export const cocoDialects: Readonly<Record<CocoFormat, CocoDialect>> = {
  coco: { skeleton: coco17 },
  /** The parts of COCO-WholeBody stand beside the body's `keypoints`; files that have all 133 in `keypoints` are read too. */
  cocoWholebody: { skeleton: cocoWholebody133, keypoints: wholeBodyKeypoints },
  halpe: { skeleton: halpe136 },
  crowdpose: { skeleton: crowdpose14, written: crowdpose14.joints.map((joint) => (joint === "head_top" ? "head" : joint)) },
  aic: { skeleton: aic14 },
  /** In COCO's form, as its authors' tool and mmpose write it. */
  ochuman: { skeleton: coco17 },
  /** Boxes as mmpose reads them (mmpose/datasets/datasets/body/jhmdb_dataset.py): counted from 1; key points as they are. */
  jhmdb: { skeleton: jhmdb15, firstPixel: 1 },
  lsp: { skeleton: lsp14 },
  /** 17 key points in `keypoints`, 21 in `keypoints_21`. */
  humanArt: { skeleton: coco17 },
  humanArt21: { skeleton: humanart21, keypoints: (annotation) => annotation.keypoints_21 },
  babyPose: {
    skeleton: babypose12,
    written: babypose12.joints.map((joint) => joint.replace("wrist", "hand").replace("ankle", "foot")),
  },
};
