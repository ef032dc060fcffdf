import { clipBox, mapKeypoints, type Skeleton } from "@kindling/pose";
import {
  type Dataset,
  DatasetError,
  type DatasetImage,
  EmptyDatasetError,
  type PersonAnnotation,
  type Sample,
  type SkipReason,
} from "../sample.ts";
import { chooseImages } from "./chooseImages.ts";
import { onImagesOf } from "./firstSamples.ts";
import { describeChoice, type SampleChoice } from "./sampleChoice.ts";

/** What every annotation format is read into. */
export interface AnnotatedImages {
  /** Where it came from, for messages. */
  readonly source: string;
  /** Folder or address of the images, for messages. */
  readonly folder: string;
  readonly skeleton: Skeleton;
  /** Every image that the annotations describe. */
  readonly described: readonly Pick<DatasetImage, "id" | "path">[];
  /** Those of them that exist, by their id. */
  readonly images: ReadonlyMap<number | string, DatasetImage>;
  /** Persons of existing images, or why an annotation gives none, in the order of the file. */
  readonly annotations: readonly (PersonAnnotation | SkipReason)[];
  /** Whether the boxes of samples are clipped to the image. */
  readonly clipsBoxes: boolean;
}

/**
 * A dataset from annotations of any format: all persons, and as samples those that a top-down network can learn from.
 * No samples, and counted by reason: persons of images that are not chosen, crowd regions, persons without a labelled key point, boxes without area (of the
 * annotation or of what lies inside the image), and what the choice leaves out. Boxes of samples are clipped to the image as in HRNet
 * (leoxiaobin/deep-high-resolution-net.pytorch, lib/dataset/coco.py). With another skeleton, key points are mapped to it by their names.
 * @throws EmptyDatasetError when no sample is left.
 */
export function assembleDataset(annotated: AnnotatedImages, choice: SampleChoice & { readonly skeleton?: Skeleton }): Dataset {
  const { source, images, annotations } = annotated;
  const { name, limit = Number.POSITIVE_INFINITY, skeleton = annotated.skeleton } = choice;
  if (!(limit >= 1)) throw new DatasetError(`${source}: limit must be at least 1; got ${limit}`);
  const chosen = chooseImages(annotated, choice);
  const skipped = new Map<SkipReason, number>();
  const samples: Sample[] = [];
  const persons: PersonAnnotation[] = [];
  for (const annotation of annotations) {
    const beyond = samples.length >= limit;
    let result: Sample | SkipReason;
    if (typeof annotation === "string") result = annotation;
    else if (!chosen.has(annotation.imageId)) result = "image not chosen";
    else {
      const person = skeleton === annotated.skeleton ? annotation : mapped(annotation, annotated.skeleton, skeleton);
      result = sampleOf(person, images.get(person.imageId)!, annotated.clipsBoxes, choice); // persons have their image
      const ignore = result === "few key points" || result === "small area" || (beyond && typeof result !== "string");
      persons.push(ignore ? { ...person, ignore } : person);
    }
    if (beyond) continue;
    if (typeof result === "string") skipped.set(result, (skipped.get(result) ?? 0) + 1);
    else samples.push(result);
  }
  if (samples.length === 0) throw new EmptyDatasetError(emptyMessage(annotated, skipped));
  const selection = describeChoice(choice, annotated.skeleton, skeleton);
  return {
    name: name ?? baseName(source),
    skeleton,
    samples,
    skipped,
    images: [...chosen.values()],
    persons: samples.length < limit ? persons : onImagesOf(samples, persons),
    ...(selection === "" ? {} : { selection }),
  };
}

function mapped(person: PersonAnnotation, from: Skeleton, to: Skeleton): PersonAnnotation {
  return { ...person, keypoints: mapKeypoints(person.keypoints, from, to) };
}

function sampleOf(
  { id, box: annotated, keypoints, area, crowd }: PersonAnnotation,
  image: DatasetImage,
  clips: boolean,
  { minKeypoints = 1, minArea = 0 }: SampleChoice,
): Sample | SkipReason {
  if (crowd) return "crowd";
  const labelled = keypoints.reduce((sum, value, at) => sum + (at % 3 === 2 && value > 0 ? 1 : 0), 0);
  if (labelled === 0) return "no labelled key points";
  const inside = clipBox(annotated, image);
  if (!inside || area <= 0) return "empty box";
  if (labelled < minKeypoints) return "few key points";
  if (area < minArea) return "small area";
  return {
    id,
    imageId: image.id,
    imagePath: image.path,
    imageWidth: image.width,
    imageHeight: image.height,
    box: clips ? inside : annotated,
    keypoints: Float32Array.from(keypoints),
    area,
  };
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
