import type { PoseDetection } from "@kindling/pose";
import { DatasetError } from "../sample.ts";
import { cocoKeypoints, isId } from "./cocoTruth.ts";
import { numbers, record, typeName } from "./jsonValues.ts";

/** What {@link parseCocoDetections} needs beside the document. */
export interface CocoDetectionsOptions {
  /** Where the document came from, for messages. */
  readonly source: string;
  /** Key points that each must have: those of the truth. */
  readonly joints: number;
  /** Put the five parts of COCO-WholeBody together, where a result has them apart. Default no. */
  readonly wholeBody?: boolean;
}

/**
 * The detections of a COCO results document, [{ image_id, category_id, keypoints, score }], in the order of the file, which decides between
 * equals. Areas are those of pycocotools' `loadRes`: width·height of `bbox` where the first result has one, else the key points' extent.
 * @throws DatasetError when the document is not of that form or a result has another number of key points.
 */
export function parseCocoDetections(
  document: unknown,
  { source, joints, wholeBody = false }: CocoDetectionsOptions,
): readonly PoseDetection[] {
  if (!Array.isArray(document)) {
    const truth = record(document)?.annotations === undefined ? "" : "; this looks like the annotations, not like the results";
    throw new DatasetError(
      `${source}: results are a list of { image_id, category_id, keypoints, score }; got ${typeName(document)}${truth}`,
    );
  }
  const byBox = (numbers(record(document[0])?.bbox)?.length ?? 0) > 0;
  return document.map((value, index): PoseDetection => {
    const where = `${source}: result ${index}`;
    const item = record(value);
    if (!item) throw new DatasetError(`${where} must be an object; got ${typeName(value)}`);
    const { image_id: imageId, category_id: category, score, bbox } = item;
    if (!isId(imageId)) throw new DatasetError(`${where}: "image_id" must be a number or text; got ${typeName(imageId)}`);
    if (category !== undefined && !isId(category))
      throw new DatasetError(`${where}: "category_id" must be a number or text; got ${typeName(category)}`);
    if (typeof score !== "number") throw new DatasetError(`${where}: "score" must be a number; got ${typeName(score)}`);
    const keypoints = cocoKeypoints(item, wholeBody);
    if (keypoints === null || keypoints === "bad")
      throw new DatasetError(
        `${where}: "keypoints" must be a flat list of numbers x, y, score for each joint; got ${typeName(item.keypoints)}`,
      );
    if (keypoints.length !== joints * 3)
      throw new DatasetError(
        `${where} has ${keypoints.length} key point numbers; the truth has ${joints} joints, 3·${joints} = ${joints * 3}`,
      );
    const sides = byBox ? numbers(bbox) : null;
    if (byBox && sides?.length !== 4)
      throw new DatasetError(`${where}: "bbox" must be four numbers x, y, width, height, since the first result has one`);
    const [x = 0, y = 0, width = 0, height = 0] = sides ?? [];
    return {
      imageId,
      ...(category === undefined ? {} : { category }),
      keypoints,
      score,
      ...(sides ? { box: { x, y, width, height }, area: width * height } : {}),
    };
  });
}
