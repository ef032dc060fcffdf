import type { CategoryId, ImageId, OksTruth } from "@kindling/pose";
import { DatasetError } from "../sample.ts";
import { type JsonObject, list, numbers, record, typeName } from "./jsonValues.ts";
import { wholeBodyKeys } from "./wholeBodyKeypoints.ts";

/** A COCO-style annotation document as an evaluation by OKS takes it: every annotation of every category, nothing left out. */
export interface CocoTruth {
  /** In the order of the file. */
  readonly persons: readonly OksTruth[];
  /** Every image of the file, with persons or without. */
  readonly imageIds: readonly ImageId[];
  /** Key points of each person. */
  readonly joints: number;
  /** Their names, where a category says them. */
  readonly jointNames: readonly string[] | null;
  /** CrowdPose's `crowdIndex` by image, of those that have one. */
  readonly crowdIndex: ReadonlyMap<ImageId, number>;
  /** What the evaluation should say beside its numbers, a sentence each. */
  readonly notes: readonly string[];
}

/** What {@link parseCocoTruth} needs beside the document. */
export interface CocoTruthOptions {
  /** Where the document came from, for messages. */
  readonly source: string;
  /** Put the five parts of COCO-WholeBody together, where an annotation has them apart. Default no. */
  readonly wholeBody?: boolean;
}

/**
 * The truth of an evaluation. Unlike `parseCoco`, it looks at no image and no skeleton, and keeps `num_keypoints`, which pycocotools goes by.
 * An annotation without `area` (CrowdPose, AIC) has 0.53·width·height of its box, as in xtcocotools.
 * @throws DatasetError when the document is not COCO-style, or its annotations have different numbers of key points.
 */
export function parseCocoTruth(document: unknown, { source, wholeBody = false }: CocoTruthOptions): CocoTruth {
  const root = record(document);
  if (!root) throw new DatasetError(`${source}: a COCO file is a JSON object with "images" and "annotations"; got ${typeName(document)}`);
  const images = list(root, "images", source).map((image, index) => imageOf(image, index, source));
  const annotations = list(root, "annotations", source).map((annotation, index) => annotationOf(annotation, index, source, wholeBody));
  const joints = (annotations.find(({ keypoints }) => keypoints)?.keypoints?.length ?? 0) / 3;
  if (!Number.isInteger(joints) || joints < 1)
    throw new DatasetError(`${source}: no annotation has "keypoints"; give a file such as person_keypoints_val2017.json`);
  const persons = annotations.map(({ where, keypoints, arealess: _, ...person }): OksTruth => {
    if (keypoints && keypoints.length !== joints * 3)
      throw new DatasetError(
        `${where} has ${keypoints.length} key point numbers, others have ${joints * 3}; all must have the same joints`,
      );
    return { ...person, keypoints: keypoints ?? new Float64Array(joints * 3) };
  });
  return {
    persons,
    imageIds: images.map(({ id }) => id),
    joints,
    jointNames: namesOf(root, joints),
    crowdIndex: new Map(images.flatMap(({ id, crowdIndex }) => (crowdIndex === undefined ? [] : [[id, crowdIndex] as const]))),
    notes: notesOf(root, annotations.filter(({ arealess }) => arealess).length),
  };
}

/** The key points of an annotation or result; null where it has none; "bad" where they are no numbers. */
export function cocoKeypoints(item: JsonObject, wholeBody: boolean): readonly number[] | null | "bad" {
  const parts = wholeBody && wholeBodyKeys.every((key) => item[key] !== undefined) ? wholeBodyKeys : ["keypoints"];
  const values = parts.map((key) => (item[key] === undefined || item[key] === null ? [] : numbers(item[key])));
  if (values.some((part) => part === null || part.length % 3 !== 0)) return "bad";
  const all = values.flatMap((part) => part ?? []);
  return all.length === 0 ? null : all;
}

type Annotation = Omit<OksTruth, "keypoints"> & {
  readonly where: string;
  readonly keypoints: readonly number[] | null;
  readonly arealess: boolean;
};

function annotationOf(value: unknown, index: number, source: string, wholeBody: boolean): Annotation {
  const annotation = record(value);
  if (!annotation) throw new DatasetError(`${source}: annotations[${index}] must be an object; got ${typeName(value)}`);
  const { id, image_id: imageId, category_id: category, bbox, area, iscrowd, num_keypoints: labels } = annotation;
  const where = `${source}: annotation ${typeof id === "number" || typeof id === "string" ? id : `#${index}`}`;
  if (!isId(imageId)) throw new DatasetError(`${where}: "image_id" must be a number or text; got ${typeName(imageId)}`);
  if (category !== undefined && !isId(category))
    throw new DatasetError(`${where}: "category_id" must be a number or text; got ${typeName(category)}`);
  const sides = numbers(bbox);
  if (sides?.length !== 4) throw new DatasetError(`${where}: "bbox" must be four numbers x, y, width, height in pixels`);
  if (area !== undefined && (typeof area !== "number" || area < 0))
    throw new DatasetError(`${where}: "area" must be a number of pixels², 0 or more; got ${JSON.stringify(area)}`);
  const keypoints = cocoKeypoints(annotation, wholeBody);
  if (keypoints === "bad") throw new DatasetError(`${where}: "keypoints" must be a flat list of numbers x, y, v for each joint`);
  const [x, y, width, height] = sides as readonly [number, number, number, number]; // four, by the check
  return {
    where,
    imageId,
    ...(category === undefined ? {} : { category }),
    keypoints,
    box: { x, y, width, height },
    area: typeof area === "number" ? area : width * height * 0.53,
    arealess: area === undefined,
    crowd: iscrowd === 1 || iscrowd === true,
    ...(typeof labels === "number" && !wholeBody ? { labels } : {}),
  };
}

function imageOf(value: unknown, index: number, source: string): { readonly id: ImageId; readonly crowdIndex?: number } {
  const { id, crowdIndex } = record(value) ?? {};
  if (!isId(id)) throw new DatasetError(`${source}: images[${index}] must have an "id"`);
  return { id, ...(typeof crowdIndex === "number" ? { crowdIndex } : {}) };
}

/** A category's names for that many key points. */
function namesOf({ categories }: JsonObject, joints: number): readonly string[] | null {
  const lists = (Array.isArray(categories) ? categories : []).map((category) => record(category)?.keypoints);
  const names = lists.find((keypoints): keypoints is unknown[] => Array.isArray(keypoints) && keypoints.length === joints);
  return names ? names.map(String) : null;
}

function notesOf({ annotations }: JsonObject, arealess: number): readonly string[] {
  const notes: string[] = [];
  if (arealess > 0) notes.push(`${arealess} annotations have no "area": 0.53 of their box is taken, as xtcocotools does`);
  if (Array.isArray(annotations) && annotations.some((annotation) => record(annotation)?.id === 0)) {
    notes.push(
      "an annotation has the id 0: pycocotools takes a detection that found it for a false alarm, Kindling does not; count ids from 1",
    );
  }
  return notes;
}

/** Whether a value can be an id. */
export function isId(value: unknown): value is ImageId & CategoryId {
  return typeof value === "number" || typeof value === "string";
}
