import type { Dataset } from "@kindling/data";
import { type EvaluateOksOptions, oksNms, type PoseDetection, poseScore } from "@kindling/pose";
import type { Prediction } from "./evaluator.ts";

/** OKS from which the worse of two detections is taken for the same person, as in HRNet and mmpose. */
const samePerson = 0.9;

/**
 * Predictions as COCO ranks them: a person's score is its box's (1 where it is annotated) times the mean of its key points' scores above 0.2, and of
 * detections of one image that are the same person by OKS the best stays. In the order of the images, the best of each first.
 * Source: HRNet, lib/dataset/coco.py `evaluate`; mmpose's `bbox_keypoint` with `oks_nms` of 0.9, whose areas are the key points' extent.
 */
export function poseDetections({ samples, skeleton }: Dataset, predictions: readonly Prediction[]): readonly PoseDetection[] {
  const byImage = new Map<number | string, PoseDetection[]>();
  for (const { sample, keypoints } of predictions) {
    const { imageId, score = 1 } = samples[sample]!;
    const detection = { imageId, keypoints, score: poseScore("bbox_keypoint", score, keypoints) };
    const others = byImage.get(imageId);
    if (others) others.push(detection);
    else byImage.set(imageId, [detection]);
  }
  return [...byImage.values()].flatMap((all) => oksNms(all, { sigmas: skeleton.sigmas, threshold: samePerson }).map((at) => all[at]!));
}

/** How such detections are compared with a dataset's persons: on every image that has a person or a sample, by the skeleton's sigmas. */
export function oksOptionsOf({ samples, persons, skeleton }: Dataset): Pick<EvaluateOksOptions, "sigmas" | "imageIds"> {
  const imageIds = new Set([...persons, ...samples].map(({ imageId }) => imageId));
  return { sigmas: skeleton.sigmas, imageIds: [...imageIds] };
}
