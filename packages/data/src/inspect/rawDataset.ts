import type { Box, Skeleton } from "@kindling/pose";
import { type JsonObject, numbers, record } from "../formats/jsonValues.ts";
import { wholeBodyKeypoints } from "../formats/wholeBodyKeypoints.ts";
import { DatasetError } from "../sample.ts";
import type { ImageFacts } from "./imageFacts.ts";

/** A COCO-style document as it is written, read without refusing anything in it: what `parseCoco` would refuse is what is looked for. */
export interface RawDataset {
  readonly skeleton: Skeleton;
  /** In the file's order; an entry that is no object is left out and counted in `notObjects`. */
  readonly images: readonly RawImage[];
  readonly annotations: readonly RawAnnotation[];
  readonly categories: readonly JsonObject[] | null;
  readonly personCategories: readonly JsonObject[];
  /** Entries of "images" and "annotations" that are no objects, by name and place: "annotations[3]". */
  readonly notObjects: readonly string[];
}

/** An entry of "images". */
export interface RawImage {
  readonly value: JsonObject;
  readonly id: unknown;
  /** The file name, or "images[3]" where there is none. */
  readonly file: string;
  /** Pixels as annotated; null where the file gives no size. */
  readonly size: { readonly width: number; readonly height: number } | null;
  /** What is on disk; null when nobody has looked. */
  readonly facts: ImageFacts | null;
}

/** An entry of "annotations". */
export interface RawAnnotation {
  readonly value: JsonObject;
  /** As text; "#7" for the one at place 7 when it has none. */
  readonly id: string;
  /** Its image; null when there is none of this id. */
  readonly image: RawImage | null;
  /** Whether its category is one of persons, as `parseCoco` sees it. */
  readonly person: boolean;
  readonly crowd: boolean;
  /** Null when "bbox" is not four finite numbers. */
  readonly box: Box | null;
  /** The key points as they are written: those of all parts of a whole body, or Human-Art's 21, where the skeleton is theirs. */
  readonly written: unknown;
  /** k·[x, y, v] of the skeleton's joints; null when there is no such list of finite numbers. */
  readonly keypoints: readonly number[] | null;
  /** How many of them have v > 0. */
  readonly labelled: number;
}

/** What {@link readRawDataset} needs beside the document. */
export interface RawDatasetOptions {
  /** Where the document came from, for messages. */
  readonly source: string;
  /** The skeleton of its key points, from the categories that are persons and the number of key points of most annotations. */
  readonly skeleton: (personCategories: readonly JsonObject[], joints: number | null) => Skeleton;
  /** What is on disk of an image, by the file name in the document. */
  readonly facts?: ReadonlyMap<string, ImageFacts>;
}

/**
 * Reads a document.
 * @throws DatasetError when it is no object with the lists "images" and "annotations": then it is no COCO-style file at all.
 */
export function readRawDataset(document: unknown, { source, skeleton: skeletonOf, facts }: RawDatasetOptions): RawDataset {
  const root = record(document);
  for (const key of ["images", "annotations"]) {
    if (Array.isArray(root?.[key])) continue;
    throw new DatasetError(
      `${source}: a COCO-style file is a JSON object with the lists "images" and "annotations", and there is no list "${key}"; give an annotation file such as person_keypoints_val2017.json`,
    );
  }
  const listed = (key: string): readonly unknown[] => (Array.isArray(root?.[key]) ? root[key] : []);
  const notObjects = ["images", "annotations"].flatMap((key) => listed(key).flatMap((entry, i) => (record(entry) ? [] : [`${key}[${i}]`])));
  const categories = Array.isArray(root?.categories) ? root.categories.map(record).filter((category) => category !== null) : null;
  const personCategories = (categories ?? []).filter(
    ({ name, keypoints }) => name === "person" || (Array.isArray(keypoints) && keypoints.length > 0),
  );
  const skeleton = skeletonOf(personCategories, commonJoints(listed("annotations")));
  const images = listed("images").flatMap((entry, i) => {
    const value = record(entry);
    return value ? [rawImage(value, i, facts)] : [];
  });
  const byId = new Map(images.map((image) => [image.id, image]));
  const personIds = new Set(personCategories.map(({ id }) => id));
  const annotations = listed("annotations").flatMap((entry, i) => {
    const value = record(entry);
    if (!value) return [];
    const person = categories === null || personIds.has(value.category_id);
    return [rawAnnotation(value, i, { image: byId.get(value.image_id) ?? null, person, joints: skeleton.joints.length })];
  });
  return { skeleton, images, annotations, categories, personCategories, notObjects };
}

/** How many key points most annotations that have some have; null when none has. */
function commonJoints(annotations: readonly unknown[]): number | null {
  const counts = new Map<number, number>();
  for (const annotation of annotations) {
    const value = record(annotation);
    const keypoints = value && wholeBodyKeypoints(value);
    if (Array.isArray(keypoints) && keypoints.length > 0) counts.set(keypoints.length / 3, (counts.get(keypoints.length / 3) ?? 0) + 1);
  }
  return (
    [...counts].reduce<readonly [number, number] | null>((most, entry) => (most && most[1] >= entry[1] ? most : entry), null)?.[0] ?? null
  );
}

function rawImage(value: JsonObject, index: number, facts: RawDatasetOptions["facts"]): RawImage {
  const { id, file_name: name, width, height } = value;
  const file = typeof name === "string" && name ? name : `images[${index}]`;
  const whole = (size: unknown): size is number => Number.isInteger(size) && (size as number) > 0;
  return { value, id, file, size: whole(width) && whole(height) ? { width, height } : null, facts: facts?.get(file) ?? null };
}

function rawAnnotation(
  value: JsonObject,
  index: number,
  { image, person, joints }: { readonly image: RawImage | null; readonly person: boolean; readonly joints: number },
): RawAnnotation {
  const box = numbers(value.bbox);
  const lists = [value.keypoints, wholeBodyKeypoints(value), value.keypoints_21];
  const written = lists.find((list) => Array.isArray(list) && list.length === 3 * joints) ?? value.keypoints;
  const listed = numbers(written);
  const keypoints = listed?.length === 3 * joints ? listed : null;
  return {
    value,
    id: value.id === undefined || value.id === null ? `#${index}` : String(value.id),
    image,
    person,
    crowd: Boolean(value.iscrowd),
    box: box?.length === 4 ? { x: box[0]!, y: box[1]!, width: box[2]!, height: box[3]! } : null,
    written,
    keypoints,
    labelled: keypoints ? keypoints.filter((v, at) => at % 3 === 2 && v > 0).length : 0,
  };
}
