import { type Box, intersectionOverUnion } from "@kindling/pose";
import { type Dataset, DatasetError, EmptyDatasetError, type Sample } from "../sample.ts";
import { numbers, record, typeName } from "./jsonValues.ts";

/** A box that a person detector found. */
export interface DetectedBox {
  readonly imageId: number | string;
  readonly box: Box;
  readonly score: number;
}

/** Which boxes of a detector's results are taken. */
export interface DetectedBoxChoice {
  /** `category_id` of persons: 1 as in COCO, unless said (babyPose: 3). */
  readonly category?: number;
  /** Boxes of a lower score are left out; HRNet's IMAGE_THRE, and like there 0 unless said. */
  readonly imageThreshold?: number;
  /** Of two boxes of an image that overlap by a larger intersection over union, the one of the lower score is left out; HRNet's NMS_THRE, 1 unless said: none. */
  readonly nmsThreshold?: number;
}

/**
 * The persons' boxes of a detector's results in COCO's form, [{ image_id, category_id, bbox, score }], in the order of the file.
 * @throws DatasetError when the document is not of that form or has no box of the category.
 */
export function parseDetectedBoxes(document: unknown, source: string, choice: DetectedBoxChoice = {}): readonly DetectedBox[] {
  const { category = 1, imageThreshold = 0, nmsThreshold = 1 } = choice;
  if (!Array.isArray(document))
    throw new DatasetError(`${source}: detected boxes are a list of { image_id, category_id, bbox, score }; got ${typeName(document)}`);
  const categories = new Set<unknown>();
  const boxes: DetectedBox[] = [];
  for (const [index, value] of document.entries()) {
    const { image_id: imageId, category_id: of, bbox, score } = record(value) ?? {};
    const sides = numbers(bbox);
    if ((typeof imageId !== "number" && typeof imageId !== "string") || !sides || sides.length < 4 || typeof score !== "number")
      throw new DatasetError(`${source}: box ${index} must have an "image_id", a "bbox" of x, y, width, height, and a "score"`);
    categories.add(of);
    if (of !== category || score < imageThreshold) continue;
    const [x, y, width, height] = sides as readonly [number, number, number, number]; // four, by the lines above
    boxes.push({ imageId, box: { x, y, width, height }, score });
  }
  if (!categories.has(category))
    throw new DatasetError(`${source}: no box has category_id ${category}; there are ${[...categories].join(", ") || "no boxes"}`);
  return nmsThreshold >= 1 ? boxes : withoutOverlaps(boxes, nmsThreshold);
}

/**
 * The dataset with a sample for each detected box in place of the annotated persons, for evaluation as HRNet and mmpose do it: boxes are not clipped, key points
 * not labelled, ids count the boxes. `persons` stay, as the truth. Boxes on images that the dataset does not have, and those without an inside, are left out.
 * @throws EmptyDatasetError when none is left.
 */
export function withDetectedBoxes(dataset: Dataset, boxes: readonly DetectedBox[], source: string): Dataset {
  const images = new Map(dataset.images.map((image) => [image.id, image]));
  const counts = { "missing image": 0, "empty box": 0 };
  const samples: Sample[] = [];
  for (const [index, { imageId, box, score }] of boxes.entries()) {
    const image = images.get(imageId);
    if (!image) counts["missing image"]++;
    else if (!(box.width > 0 && box.height > 0)) counts["empty box"]++;
    else
      samples.push({
        id: String(index),
        imageId,
        imagePath: image.path,
        imageWidth: image.width,
        imageHeight: image.height,
        box,
        score,
        keypoints: new Float32Array(3 * dataset.skeleton.joints.length),
        area: box.width * box.height,
      });
  }
  if (samples.length === 0) throw new EmptyDatasetError(`${source}: none of its ${boxes.length} boxes is on an image of ${dataset.name}`);
  const skipped = new Map(Object.entries(counts).filter(([, count]) => count > 0)) as Dataset["skipped"]; // keyed by the two reasons above
  const selection = [...(dataset.selection ? [dataset.selection] : []), `boxes=${source.replace(/^.*[\\/]/, "")}`].join(" ");
  return { ...dataset, samples, skipped, selection };
}

function withoutOverlaps(boxes: readonly DetectedBox[], threshold: number): readonly DetectedBox[] {
  const best = new Map<number | string, DetectedBox[]>();
  const kept = new Set<DetectedBox>();
  for (const candidate of boxes.toSorted((a, b) => b.score - a.score)) {
    const others = best.get(candidate.imageId) ?? [];
    if (others.some(({ box }) => intersectionOverUnion(box, candidate.box) > threshold)) continue;
    best.set(candidate.imageId, [...others, candidate]);
    kept.add(candidate);
  }
  return boxes.filter((box) => kept.has(box));
}
