import { coco17, type Skeleton } from "@kindling/pose";
import { type Dataset, DatasetError, type DatasetImage, type PersonAnnotation, type Segmentation, type SkipReason } from "../sample.ts";
import { assembleDataset } from "./assembleDataset.ts";
import { type CocoDialect, type CocoFormat, cocoDialects } from "./cocoDialects.ts";
import { type JsonObject, joinPath, list, numbers, plainName, record, typeName } from "./jsonValues.ts";
import type { ParseOptions } from "./parseOptions.ts";

/** What {@link parseCoco} needs beside the document. */
export interface CocoOptions extends ParseOptions {
  /** COCO's own by default: the document is not asked. */
  readonly format?: CocoFormat;
  /** Whether an image exists; without it every image is taken to exist. */
  readonly exists?: (path: string) => boolean;
}

/**
 * The persons of a COCO-style annotation document, and as samples those that a top-down network can learn from (see `assembleDataset`).
 * Left out, and counted by reason: other categories, and images that do not exist. An annotation without `area` (CrowdPose, AIC) gets
 * 0.53·width·height of its box, as in xtcocotools.
 * @throws DatasetError when the document is not COCO-style or its key points are not those of the format or skeleton.
 * @throws EmptyDatasetError when no sample is left.
 */
export function parseCoco(document: unknown, options: CocoOptions): Dataset {
  const { source, format = "coco", exists = () => true, segmentations = false } = options;
  const dialect = cocoDialects[format];
  const root = record(document);
  if (!root) throw new DatasetError(`${source}: a COCO file is a JSON object with "images" and "annotations"; got ${typeName(document)}`);
  const written = list(root, "annotations", source);
  const skeleton = format === "coco" ? writtenSkeleton(root, options.skeleton) : dialect.skeleton;
  const described = list(root, "images", source).map((image, index) => parseImage(image, index, options));
  const persons = personCategories(root, skeleton, source);

  const images = new Map<number | string, DatasetImage>();
  for (const image of described) {
    const twin = images.get(image.id);
    if (twin && twin.path !== image.path)
      throw new DatasetError(`${source}: ${twin.path} and ${image.path} have the same id ${image.id}; give each its own`);
    if (exists(image.path)) images.set(image.id, image);
  }
  const context = { images, persons, skeleton, dialect, source, segmentations };
  const annotations = written.map((annotation, index) => parseAnnotation(record(annotation), index, context));
  return assembleDataset({ source, folder: options.images, skeleton, described, images, annotations, clipsBoxes: true }, options);
}

/** What the key points of a file in COCO's form are: what is asked for, but COCO's own where the file names these and asked for are more or fewer. */
function writtenSkeleton({ categories }: JsonObject, asked: Skeleton = coco17): Skeleton {
  const names = (Array.isArray(categories) ? categories : []).map((category) => record(category)?.keypoints);
  const cocos = coco17.joints.map(plainName).join();
  const named = names.some((keypoints) => Array.isArray(keypoints) && keypoints.map((name) => plainName(String(name))).join() === cocos);
  return named && asked.joints.length !== coco17.joints.length ? coco17 : asked;
}

interface Context {
  readonly images: ReadonlyMap<number | string, DatasetImage>;
  /** Ids of the categories that are persons; null when the file has no categories. */
  readonly persons: ReadonlySet<unknown> | null;
  readonly skeleton: Skeleton;
  readonly dialect: CocoDialect;
  readonly source: string;
  readonly segmentations: boolean;
}

function parseAnnotation(annotation: JsonObject | null, index: number, context: Context): PersonAnnotation | SkipReason {
  const { skeleton, dialect, source } = context;
  if (!annotation) throw new DatasetError(`${source}: annotations[${index}] must be an object`);
  const id = String(annotation.id ?? `#${index}`);
  const where = `${source}: annotation ${id}`;
  if (context.persons && !context.persons.has(annotation.category_id)) return "other category";
  const image = context.images.get(annotation.image_id as number | string); // any other value is simply not in the map
  if (!image) return "missing image";
  const { firstPixel = 0 } = dialect;
  const crowd = Boolean(annotation.iscrowd);
  const keypoints = parseKeypoints((dialect.keypoints ?? bodyKeypoints)(annotation), skeleton, where);
  const bbox = numbers(annotation.bbox);
  if (annotation.bbox === undefined && (crowd || !keypoints)) return crowd ? "crowd" : "no labelled key points";
  if (bbox?.length !== 4) throw new DatasetError(`${where}: "bbox" must be four numbers x, y, width, height in pixels`);
  const [x, y, width, height] = bbox as readonly [number, number, number, number]; // four, by the line above
  const area = annotation.area === undefined ? 0.53 * width * height : annotation.area;
  if (typeof area !== "number" || !Number.isFinite(area))
    throw new DatasetError(`${where}: "area" must be a number of pixels²; got ${typeName(area)}`);
  const segmentation = crowd || context.segmentations ? parseSegmentation(annotation.segmentation, where) : undefined;
  return {
    id,
    imageId: image.id,
    keypoints: keypoints ?? new Float64Array(3 * skeleton.joints.length),
    box: { x: x - firstPixel, y: y - firstPixel, width, height },
    area,
    crowd,
    ...(segmentation ? { segmentation } : {}),
  };
}

function bodyKeypoints(annotation: JsonObject): unknown {
  return annotation.keypoints;
}

/** Null where there are none. */
function parseKeypoints(value: unknown, skeleton: Skeleton, where: string): Float64Array | null {
  if (value === undefined || (Array.isArray(value) && value.length === 0)) return null;
  const keypoints = numbers(value);
  if (!keypoints) throw new DatasetError(`${where}: "keypoints" must be a flat list of finite numbers x, y, v; got ${typeName(value)}`);
  const joints = skeleton.joints.length;
  if (keypoints.length !== 3 * joints) {
    throw new DatasetError(
      `${where} has ${keypoints.length} key point numbers, but ${skeleton.name} needs 3·${joints} = ${3 * joints}; choose the skeleton that the file uses or convert the file`,
    );
  }
  return Float64Array.from(keypoints);
}

/** Polygons or runs; none where the annotation has none or has no polygons in it. */
function parseSegmentation(value: unknown, where: string): Segmentation | undefined {
  if (value === undefined || (Array.isArray(value) && value.length === 0)) return undefined;
  const polygons = Array.isArray(value) ? value.map(numbers) : [];
  const { counts, size } = record(value) ?? {};
  const runs = typeof counts === "string" ? counts : numbers(counts);
  const sides = numbers(size);
  if (polygons.length > 0 && polygons.every((polygon) => polygon !== null)) return polygons;
  if (runs !== null && sides?.length === 2) return { counts: runs, size: [sides[0]!, sides[1]!] };
  throw new DatasetError(`${where}: "segmentation" must be a list of polygons, or runs as { counts, size }; got ${typeName(value)}`);
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
  const crowdIndex = image?.crowdIndex;
  return {
    id,
    path: joinPath(images, file),
    width: width as number, // whole numbers, by the lines above
    height: height as number,
    ...(typeof crowdIndex === "number" ? { crowdIndex } : {}),
  };
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
