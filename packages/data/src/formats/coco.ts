import { clipBox, coco17, type Skeleton } from "@kindling/pose";
import { type Dataset, DatasetError, type DatasetImage, EmptyDatasetError, type Sample, type SkipReason } from "../sample.ts";

/** What {@link parseCoco} needs beside the document. */
export interface CocoOptions {
  /** Where the document came from, for messages: a path or an address. */
  readonly source: string;
  /** Folder or address that the images' `file_name` is appended to. */
  readonly images: string;
  /** Name of the dataset; by default the source's file name without its extension. */
  readonly name?: string;
  /** What the key points are; COCO-17 by default. */
  readonly skeleton?: Skeleton;
  /** Whether an image exists; without it every image is taken to exist. */
  readonly exists?: (path: string) => boolean;
  /** Stop after this many samples; annotations behind the last one are neither taken nor counted. */
  readonly limit?: number;
}

/**
 * The persons of a COCO-style annotation document that a top-down network can learn from.
 * Left out, and counted by reason: other categories, images that do not exist, crowd regions, persons without a labelled key point,
 * boxes without area (of the annotation or of what lies inside the image). Boxes are clipped to the image as in HRNet
 * (leoxiaobin/deep-high-resolution-net.pytorch, lib/dataset/coco.py). An annotation without `area` (CrowdPose, AIC) gets 0.53·width·height
 * of its box, as in xtcocotools.
 * @throws DatasetError when the document is not COCO-style or its key points are not those of the skeleton.
 * @throws EmptyDatasetError when no sample is left.
 */
export function parseCoco(document: unknown, options: CocoOptions): Dataset {
  const { source, skeleton = coco17, limit = Number.POSITIVE_INFINITY, exists = () => true } = options;
  if (!(limit >= 1)) throw new DatasetError(`${source}: limit must be at least 1; got ${limit}`);
  const root = record(document);
  if (!root) throw new DatasetError(`${source}: a COCO file is a JSON object with "images" and "annotations"; got ${typeName(document)}`);
  const annotations = list(root, "annotations", source);
  const described = list(root, "images", source).map((image, index) => parseImage(image, index, options));
  const persons = personCategories(root, skeleton, source);

  const images = new Map<number | string, DatasetImage>();
  for (const image of described) {
    const twin = images.get(image.id);
    if (twin && twin.path !== image.path)
      throw new DatasetError(`${source}: ${twin.path} and ${image.path} have the same id ${image.id}; give each its own`);
    if (exists(image.path)) images.set(image.id, image);
  }
  const skipped = new Map<SkipReason, number>();
  const samples: Sample[] = [];
  for (const [index, annotation] of annotations.entries()) {
    if (samples.length >= limit) break;
    const sample = parseAnnotation(record(annotation), index, { images, persons, skeleton, source });
    if (typeof sample === "string") skipped.set(sample, (skipped.get(sample) ?? 0) + 1);
    else samples.push(sample);
  }
  if (samples.length === 0) throw new EmptyDatasetError(emptyMessage(options, annotations.length, described, images.size, skipped));
  return { name: options.name ?? baseName(source), skeleton, samples, skipped, images: [...images.values()] };
}

type JsonObject = Readonly<Record<string, unknown>>;

interface Context {
  readonly images: ReadonlyMap<number | string, DatasetImage>;
  /** Ids of the categories that are persons; null when the file has no categories. */
  readonly persons: ReadonlySet<unknown> | null;
  readonly skeleton: Skeleton;
  readonly source: string;
}

function parseAnnotation(annotation: JsonObject | null, index: number, context: Context): Sample | SkipReason {
  const { skeleton, source } = context;
  if (!annotation) throw new DatasetError(`${source}: annotations[${index}] must be an object`);
  const id = String(annotation.id ?? `#${index}`);
  const where = `${source}: annotation ${id}`;
  if (context.persons && !context.persons.has(annotation.category_id)) return "other category";
  const image = context.images.get(annotation.image_id as number | string); // any other value is simply not in the map
  if (!image) return "missing image";
  if (annotation.iscrowd) return "crowd";

  if (annotation.keypoints === undefined) return "no labelled key points";
  const keypoints = numbers(annotation.keypoints);
  if (!keypoints)
    throw new DatasetError(`${where}: "keypoints" must be a flat list of finite numbers x, y, v; got ${typeName(annotation.keypoints)}`);
  const joints = skeleton.joints.length;
  if (keypoints.length !== 3 * joints) {
    throw new DatasetError(
      `${where} has ${keypoints.length} key point numbers, but ${skeleton.name} needs 3·${joints} = ${3 * joints}; choose the skeleton that the file uses or convert the file`,
    );
  }
  if (!keypoints.some((value, at) => at % 3 === 2 && value > 0)) return "no labelled key points";

  const bbox = numbers(annotation.bbox);
  if (bbox?.length !== 4) throw new DatasetError(`${where}: "bbox" must be four numbers x, y, width, height in pixels`);
  const [x, y, width, height] = bbox as readonly [number, number, number, number]; // four, by the line above
  const box = clipBox({ x, y, width, height }, image);
  const area = annotation.area === undefined ? 0.53 * width * height : annotation.area;
  if (typeof area !== "number" || !Number.isFinite(area))
    throw new DatasetError(`${where}: "area" must be a number of pixels²; got ${typeName(area)}`);
  if (!box || area <= 0) return "empty box";
  return {
    id,
    imageId: image.id,
    imagePath: image.path,
    imageWidth: image.width,
    imageHeight: image.height,
    box,
    keypoints: Float32Array.from(keypoints),
    area,
  };
}

function parseImage(value: unknown, index: number, { source, images }: CocoOptions): DatasetImage {
  const image = record(value);
  const { id, file_name: file, width, height } = image ?? {};
  if ((typeof id !== "number" && typeof id !== "string") || typeof file !== "string" || !file) {
    throw new DatasetError(`${source}: images[${index}] must have an "id" and a "file_name"`);
  }
  if (!Number.isInteger(width) || !Number.isInteger(height) || (width as number) < 1 || (height as number) < 1) {
    throw new DatasetError(`${source}: image ${id} (${file}) must have "width" and "height" in whole pixels; got ${width} × ${height}`);
  }
  return { id, path: `${images.replace(/\/+$/, "")}/${file}`, width: width as number, height: height as number };
}

/** Categories named person or with key points; refuses a file that orders the skeleton's key points differently. */
function personCategories(root: JsonObject, skeleton: Skeleton, source: string): ReadonlySet<unknown> | null {
  if (root.categories === undefined) return null;
  const persons = list(root, "categories", source)
    .map(record)
    .filter((category) => category !== null)
    .filter((category) => category.name === "person" || (Array.isArray(category.keypoints) && category.keypoints.length > 0));
  const expected = skeleton.joints.map(plainName);
  for (const { keypoints } of persons) {
    const names = Array.isArray(keypoints) && keypoints.length === expected.length ? keypoints.map((name) => plainName(String(name))) : [];
    const wrong = names.findIndex((name, at) => name !== expected[at] && expected.includes(name));
    if (wrong < 0) continue;
    throw new DatasetError(
      `${source}: key point ${wrong} is "${String((keypoints as unknown[])[wrong])}" in the file but "${skeleton.joints[wrong]}" in ${skeleton.name}; choose the skeleton that the file uses or reorder the file`,
    );
  }
  return new Set(persons.map((category) => category.id));
}

/** left_eye, leftEye and "Left Eye" are one name. */
function plainName(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, "");
}

function emptyMessage(
  { source, images }: CocoOptions,
  annotations: number,
  described: readonly DatasetImage[],
  found: number,
  skipped: ReadonlyMap<SkipReason, number>,
): string {
  if (annotations === 0) return `${source}: "annotations" is empty; give an annotation file with persons and key points`;
  if (found === 0)
    return `${source}: none of its ${described.length} images is in ${images} (looked for ${described[0]?.path ?? "nothing"}); give the folder of the images`;
  const reasons = [...skipped].map(([reason, count]) => `${count} × ${reason}`).join(", ");
  return `${source}: none of its ${annotations} annotations is a usable person (${reasons}); give a file with person key points, such as COCO's person_keypoints_*.json`;
}

function list(root: JsonObject, key: string, source: string): readonly unknown[] {
  const value = root[key];
  if (Array.isArray(value)) return value;
  throw new DatasetError(
    `${source}: a COCO file has a list "${key}"; got ${typeName(value)}; give an annotation file such as person_keypoints_val2017.json`,
  );
}

function record(value: unknown): JsonObject | null {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : null;
}

function numbers(value: unknown): readonly number[] | null {
  return Array.isArray(value) && value.every((item) => Number.isFinite(item)) ? value : null;
}

function typeName(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "null";
  return Array.isArray(value) ? "a list" : typeof value === "object" ? "an object" : `a ${typeof value}`;
}

function baseName(source: string): string {
  return source.replace(/^.*[\\/]/, "").replace(/\.[^.]*$/, "");
}
