import { assertKeypoints } from "../keypoints.ts";
import { type ImageMatch, type ImagePersons, type MatchedDetection, type MatchedTruth, matchImage, oksMatrix } from "./matchImage.ts";
import { oksVariances } from "./oks.ts";
import { boxAreaShare, cocoAreaRanges, cocoThresholds, type OksOptions } from "./oksOptions.ts";
import { type CategoryId, type ImageId, keypointExtent, labelledJoints, type OksTruth, type PoseDetection } from "./oksTruth.ts";

/** One image's persons and detections, with the matches of each area range. */
export interface MatchedImage extends ImagePersons {
  /** Place of the image in `imageIds`. */
  readonly image: number;
  /** [range] as in the options. */
  readonly ranges: readonly ImageMatch[];
}

/** What was compared, and what was not. */
export interface OksCounts {
  readonly images: number;
  /** Persons that can be found: neither crowds nor ignored. */
  readonly persons: number;
  readonly crowds: number;
  /** Persons without a labelled joint, or marked so; crowds are not among them. */
  readonly ignored: number;
  /** Detections that were matched. */
  readonly detections: number;
  /** Left out: on images that do not count. */
  readonly otherImages: number;
  /** Left out: of categories that no person has. */
  readonly otherCategories: number;
  /** Left out by `dropUnscored`. */
  readonly unscored: number;
  /** Left out: beyond the best `maxDetections` of their image. */
  readonly beyondLimit: number;
}

/** All matches of a set: what every number of the evaluation is computed from. */
export interface OksMatches {
  /** In ascending order. */
  readonly imageIds: readonly ImageId[];
  /** [category][image with persons or detections], categories and images in ascending order. */
  readonly categories: readonly (readonly MatchedImage[])[];
  readonly counts: OksCounts;
}

/**
 * Compares detections with persons, image by image. Within an image persons and detections keep their order, which decides between equals.
 * @throws KeypointsError when a person or a detection has another number of joints than there are sigmas.
 */
export function matchOks(truth: readonly OksTruth[], detections: readonly PoseDetection[], options: OksOptions): OksMatches {
  const { sigmas, maxDetections = 20, thresholds = cocoThresholds, areaRanges = cocoAreaRanges } = options;
  const variances = oksVariances(sigmas);
  const imageIds = [...new Set(options.imageIds ?? truth.map(({ imageId }) => imageId))].sort(ascending);
  const images = new Map(imageIds.map((id, at) => [id, at]));
  const categories = [...new Set(truth.map(({ category }) => category))].sort((a, b) => ascending(a ?? "", b ?? ""));
  const groups = categories.map(() => new Map<number, { truths: MatchedTruth[]; detections: MatchedDetection[] }>());
  const groupOf = (category: CategoryId | undefined, image: number): { truths: MatchedTruth[]; detections: MatchedDetection[] } => {
    const group = groups[placeOf(category, categories)]!;
    let persons = group.get(image);
    if (!persons) group.set(image, (persons = { truths: [], detections: [] }));
    return persons;
  };

  const counts = { crowds: 0, ignored: 0, otherImages: 0, otherCategories: 0, unscored: 0, beyondLimit: 0, persons: 0, detections: 0 };
  for (const [index, person] of truth.entries()) {
    assertKeypoints("matchOks: a person's", person.keypoints, sigmas.length);
    const image = images.get(person.imageId);
    if (image === undefined) continue;
    const ignored = person.crowd || person.ignore === true || (person.labels ?? labelledJoints(person.keypoints)) === 0;
    counts[person.crowd ? "crowds" : ignored ? "ignored" : "persons"]++;
    const area = options.areaFromBox ? person.box.height * person.box.width * boxAreaShare : person.area;
    groupOf(person.category, image).truths.push({ ...person, area, index, ignored });
  }
  for (const [index, detection] of detections.entries()) {
    assertKeypoints("matchOks: a detection's", detection.keypoints, sigmas.length);
    const image = images.get(detection.imageId);
    const unscored = options.dropUnscored === true && labelledJoints(detection.keypoints) === 0;
    if (image === undefined) counts.otherImages++;
    else if (placeOf(detection.category, categories) < 0) counts.otherCategories++;
    else if (unscored) counts.unscored++;
    else {
      const { keypoints, area = keypointExtent(keypoints) } = detection;
      const score = Number.isNaN(detection.score) ? Number.NEGATIVE_INFINITY : detection.score;
      groupOf(detection.category, image).detections.push({ index, keypoints, score, area });
    }
  }

  const matched = groups.map((group) =>
    [...group]
      .sort(([a], [b]) => a - b)
      .map(([image, { truths, detections: all }]): MatchedImage => {
        const best = all.sort((a, b) => descending(a.score, b.score)).slice(0, maxDetections);
        counts.beyondLimit += all.length - best.length;
        counts.detections += best.length;
        const persons = { truths, detections: best };
        const similarities = oksMatrix(persons, variances);
        return { ...persons, image, ranges: areaRanges.map((range) => matchImage(persons, similarities, range, thresholds)) };
      }),
  );
  return { imageIds, categories: matched, counts: { images: imageIds.length, ...counts } };
}

/** Order of numbers, then of texts: numpy's of image ids. */
export function ascending(a: CategoryId, b: CategoryId): number {
  if (typeof a !== typeof b) return typeof a === "number" ? -1 : 1;
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Order of scores, the highest first; of equal ones, sort keeps the order. */
export function descending(a: number, b: number): number {
  return a > b ? -1 : a < b ? 1 : 0;
}

/** Where no person has a category, every detection has theirs; where there is one only, so has a detection without. −1: nobody's. */
function placeOf(category: CategoryId | undefined, categories: readonly (CategoryId | undefined)[]): number {
  if (categories.length === 1 && (category === undefined || categories[0] === undefined)) return 0;
  return categories.indexOf(category);
}
