import { type Box, openPoseKeypoints, type Point, type Skeleton } from "@kindling/pose";
import type { Dataset, DatasetImage, PersonAnnotation, Segmentation } from "../sample.ts";

/** An image with all its persons, or the surroundings of one of them: what a network learns from that finds all persons at once. */
export interface Scene {
  /** The person's that it is about, or the image's. */
  readonly id: string;
  readonly imageId: number | string;
  readonly imagePath: string;
  readonly imageWidth: number;
  readonly imageHeight: number;
  /** [54] each (`openpose18`: x, y, visibility) in image pixels; the one that the scene is about first. */
  readonly persons: readonly Float32Array[];
  /** Where nothing is learned: crowds, and persons without labelled key points. */
  readonly unlabelled: readonly Segmentation[];
  /** Of the person that the scene is about; absent where it is the whole image. */
  readonly about?: { readonly center: Point; readonly height: number };
}

/** A person needs so many labelled key points for a scene of its own, and so large an area in pixels². */
const [leastKeypoints, leastArea] = [5, 32 ** 2];
/** In longer sides of an earlier person's box: nearer ones have no scene of their own. */
const leastDistance = 0.3;

/**
 * The scenes of a dataset. `persons`: one for each person with at least 5 labelled key points and 32² pixels whose box's centre is not nearer to that of
 * an earlier one on the image than 0.3 of its longer side (Lightweight OpenPose, scripts/prepare_train_labels.py). `images`: each image with a
 * labelled person.
 * @throws SkeletonError when the dataset's skeleton has no shoulders.
 */
export function scenesOf({ skeleton, images, persons }: Dataset, of: "persons" | "images"): readonly Scene[] {
  const byImage = new Map<number | string, PersonAnnotation[]>(images.map(({ id }) => [id, []]));
  for (const person of persons) byImage.get(person.imageId)?.push(person);
  return images.flatMap((image) => {
    const here = byImage.get(image.id) ?? [];
    const labelled = here.filter((person) => !person.crowd && labelsOf(person) > 0);
    const unlabelled = here
      .filter((person) => !labelled.includes(person))
      .flatMap(({ segmentation, box }) => (segmentation ? [segmentation] : box.width > 0 && box.height > 0 ? [outlineOf(box)] : []));
    const scene = (id: string, first: readonly PersonAnnotation[], about?: Scene["about"]): Scene => ({
      id,
      imageId: image.id,
      imagePath: image.path,
      imageWidth: image.width,
      imageHeight: image.height,
      persons: [...new Set([...first, ...labelled])].map((person) => keypointsInside(person, skeleton, image)),
      unlabelled,
      ...(about ? { about } : {}),
    });
    if (of === "images") return labelled.length > 0 ? [scene(String(image.id), [])] : [];
    return apart(labelled.filter((person) => labelsOf(person) >= leastKeypoints && person.area >= leastArea && person.box.height > 0)).map(
      (person) => scene(person.id, [person], { center: centerOf(person.box), height: person.box.height }),
    );
  });
}

function labelsOf({ keypoints }: PersonAnnotation): number {
  return keypoints.filter((value, at) => at % 3 === 2 && value > 0).length;
}

/** Without those near one before. */
function apart(persons: readonly PersonAnnotation[]): readonly PersonAnnotation[] {
  const kept: PersonAnnotation[] = [];
  for (const person of persons) {
    const [x, y] = centerOf(person.box);
    const isNear = kept.some(({ box }) => {
      const [keptX, keptY] = centerOf(box);
      return Math.hypot(x - keptX, y - keptY) < leastDistance * Math.max(box.width, box.height);
    });
    if (!isNear) kept.push(person);
  }
  return kept;
}

/** OpenPose's key points; those outside of the image count as not labelled. */
function keypointsInside({ keypoints }: PersonAnnotation, skeleton: Skeleton, { width, height }: DatasetImage): Float32Array {
  const converted = Float32Array.from(openPoseKeypoints(keypoints, skeleton));
  for (let at = 0; at < converted.length; at += 3) {
    const [x, y] = [converted[at]!, converted[at + 1]!];
    if (!(x >= 0 && x < width && y >= 0 && y < height)) converted[at + 2] = 0;
  }
  return converted;
}

function centerOf({ x, y, width, height }: Box): Point {
  return [x + width / 2, y + height / 2];
}

function outlineOf({ x, y, width, height }: Box): Segmentation {
  return [[x, y, x + width, y, x + width, y + height, x, y + height]];
}
