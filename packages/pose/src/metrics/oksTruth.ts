import type { Box } from "../boxes/box.ts";

/** What a data set calls an image; a number is another image than the same digits as text. */
export type ImageId = number | string;

/** What a data set calls a category: COCO's persons are 1. */
export type CategoryId = number | string;

/** One annotated person, as the evaluation looks at it. */
export interface OksTruth {
  readonly imageId: ImageId;
  /** Absent where a data set has one category only. */
  readonly category?: CategoryId;
  /** [k·3]: x, y in pixels, v (0 not labelled); all zero where a person has none. */
  readonly keypoints: ArrayLike<number>;
  /** As annotated, not clipped. */
  readonly box: Box;
  /** Pixels² of the person, which OKS is scaled by. */
  readonly area: number;
  /** A region of many: detections in it are neither right nor wrong, however many there are. */
  readonly crowd: boolean;
  /** Neither found nor missed. pycocotools writes over an "ignore" of the file: a reader must not hand that on. */
  readonly ignore?: boolean;
  /** The file's `num_keypoints`: pycocotools ignores a person where it says 0. Default: the number of v > 0, as xtcocotools counts. */
  readonly labels?: number;
}

/** One detected person. */
export interface PoseDetection {
  readonly imageId: ImageId;
  /** Absent where a data set has one category only. */
  readonly category?: CategoryId;
  /** [k·3]: x, y in pixels, score; every joint counts, whatever its score. */
  readonly keypoints: ArrayLike<number>;
  /** Ranks the detections; what is no number ranks last. */
  readonly score: number;
  readonly box?: Box;
  /** Pixels². Default: the extent of all key points, also of those with score 0, as `loadRes` of pycocotools has it. */
  readonly area?: number;
}

/** The area that a detection has in pycocotools' `loadRes`: (max x − min x)·(max y − min y) over all key points. */
export function keypointExtent(keypoints: ArrayLike<number>): number {
  let [left, right, top, bottom] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let at = 0; at < keypoints.length; at += 3) {
    const x = keypoints[at]!;
    const y = keypoints[at + 1]!;
    if (x < left) left = x;
    if (x > right) right = x;
    if (y < top) top = y;
    if (y > bottom) bottom = y;
  }
  return (right - left) * (bottom - top);
}

/** The number of joints with v > 0. */
export function labelledJoints(keypoints: ArrayLike<number>): number {
  let count = 0;
  for (let at = 2; at < keypoints.length; at += 3) if (keypoints[at]! > 0) count++;
  return count;
}
