import type { OksTruth, PoseDetection } from "@kindling/pose";
import { field, items, number, numbers } from "./jsonValues.ts";

/** What a check needs of a COCO-style document. */
export interface CocoDocument {
  readonly truth: readonly OksTruth[];
  /** Of each person, in the same order. */
  readonly ids: readonly number[];
  readonly imageIds: readonly number[];
}

/** The persons and images of annotations. @throws GoldenError when something is missing. */
export function cocoDocument(content: unknown): CocoDocument {
  const annotations = items(field(content, "annotations"));
  return {
    truth: annotations.map((annotation): OksTruth => {
      const [x = 0, y = 0, width = 0, height = 0] = numbers(field(annotation, "bbox"));
      return {
        imageId: number(field(annotation, "image_id")),
        category: number(field(annotation, "category_id")),
        keypoints: numbers(field(annotation, "keypoints")),
        box: { x, y, width, height },
        area: number(field(annotation, "area")),
        crowd: number(field(annotation, "iscrowd")) === 1,
        labels: number(field(annotation, "num_keypoints")),
      };
    }),
    ids: annotations.map((annotation) => number(field(annotation, "id"))),
    imageIds: items(field(content, "images")).map((image) => number(field(image, "id"))),
  };
}

/** The detections of a results file. @throws GoldenError when something is missing. */
export function cocoResults(content: unknown): readonly PoseDetection[] {
  return items(content).map((result) => ({
    imageId: number(field(result, "image_id")),
    category: number(field(result, "category_id")),
    keypoints: numbers(field(result, "keypoints")),
    score: number(field(result, "score")),
  }));
}
