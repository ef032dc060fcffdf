import type { Dataset } from "@kindling/data";
import { boxNorm, type ImagePckSample } from "@kindling/pose";
import type { Prediction } from "./evaluator.ts";

/** Predictions of persons beside their labels, for PCK of the longer side of their boxes with its bounds over images. */
export function imagePckSamples({ samples }: Dataset, predictions: readonly Prediction[]): readonly ImagePckSample[] {
  return predictions.map(({ sample, keypoints }) => {
    const { imageId, keypoints: truth, box } = samples[sample]!; // predictions are of the dataset's samples
    return { imageId, predicted: keypoints, truth, norm: boxNorm(box) };
  });
}
