import { clipBox, type Skeleton } from "@kindling/pose";
import {
  type Dataset,
  DatasetError,
  type DatasetImage,
  EmptyDatasetError,
  type PersonAnnotation,
  type Sample,
  type SkipReason,
} from "../sample.ts";

/** What every annotation format is read into. */
export interface AnnotatedImages {
  /** Where it came from, for messages. */
  readonly source: string;
  /** Folder or address of the images, for messages. */
  readonly folder: string;
  readonly skeleton: Skeleton;
  /** Every image that the annotations describe. */
  readonly described: readonly DatasetImage[];
  /** Those of them that exist, by their id. */
  readonly images: ReadonlyMap<number | string, DatasetImage>;
  /** Persons of existing images, or why an annotation gives none, in the order of the file. */
  readonly annotations: readonly (PersonAnnotation | SkipReason)[];
}

/** How {@link assembleDataset} chooses samples. */
export interface SampleChoice {
  /** Name of the dataset; by default the source's file name without its extension. */
  readonly name?: string;
  /**
   * Only the first so many samples; annotations behind the last one are not counted. The dataset's `persons` are then those of the images that hold a
   * sample, and those of them that the limit keeps from being samples are marked `ignore`.
   */
  readonly limit?: number;
}

/**
 * A dataset from annotations of any format: all persons, and as samples those that a top-down network can learn from.
 * No samples, and counted by reason: crowd regions, persons without a labelled key point, boxes without area (of the annotation or of what lies inside
 * the image). Boxes of samples are clipped to the image as in HRNet (leoxiaobin/deep-high-resolution-net.pytorch, lib/dataset/coco.py).
 * @throws EmptyDatasetError when no sample is left.
 */
export function assembleDataset(annotated: AnnotatedImages, { name, limit = Number.POSITIVE_INFINITY }: SampleChoice): Dataset {
  const { source, skeleton, images, annotations } = annotated;
  if (!(limit >= 1)) throw new DatasetError(`${source}: limit must be at least 1; got ${limit}`);
  const skipped = new Map<SkipReason, number>();
  const samples: Sample[] = [];
  const persons: PersonAnnotation[] = [];
  for (const annotation of annotations) {
    const result = typeof annotation === "string" ? annotation : sampleOf(annotation, images.get(annotation.imageId)!); // persons have their image
    const beyond = samples.length >= limit;
    if (typeof annotation !== "string") persons.push(beyond && typeof result !== "string" ? { ...annotation, ignore: true } : annotation);
    if (beyond) continue;
    if (typeof result === "string") skipped.set(result, (skipped.get(result) ?? 0) + 1);
    else samples.push(result);
  }
  if (samples.length === 0) throw new EmptyDatasetError(emptyMessage(annotated, skipped));
  return {
    name: name ?? baseName(source),
    skeleton,
    samples,
    skipped,
    images: [...images.values()],
    persons: samples.length < limit ? persons : onImagesOf(samples, persons),
  };
}

function sampleOf({ id, box: annotated, keypoints, area, crowd }: PersonAnnotation, image: DatasetImage): Sample | SkipReason {
  if (crowd) return "crowd";
  if (!keypoints.some((value, at) => at % 3 === 2 && value > 0)) return "no labelled key points";
  const box = clipBox(annotated, image);
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

function onImagesOf(samples: readonly Sample[], persons: readonly PersonAnnotation[]): readonly PersonAnnotation[] {
  const images = new Set(samples.map(({ imageId }) => imageId));
  return persons.filter(({ imageId }) => images.has(imageId));
}

function emptyMessage(
  { source, folder, described, images, annotations }: AnnotatedImages,
  skipped: ReadonlyMap<SkipReason, number>,
): string {
  if (annotations.length === 0) return `${source}: "annotations" is empty; give an annotation file with persons and key points`;
  if (images.size === 0)
    return `${source}: none of its ${described.length} images is in ${folder} (looked for ${described[0]?.path ?? "nothing"}); give the folder of the images`;
  const reasons = [...skipped].map(([reason, count]) => `${count} × ${reason}`).join(", ");
  return `${source}: none of its ${annotations.length} annotations is a usable person (${reasons}); give a file with person key points, such as COCO's person_keypoints_*.json`;
}

function baseName(source: string): string {
  return source.replace(/^.*[\\/]/, "").replace(/\.[^.]*$/, "");
}
