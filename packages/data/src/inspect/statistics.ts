import { boxMultiple, labelledPersons, labelledPoints } from "./labelledPoints.ts";
import type { RawDataset } from "./rawDataset.ts";

/** What a data set consists of, in numbers. */
export interface DatasetStatistics {
  readonly images: number;
  /** Images without a person annotation. */
  readonly imagesWithoutPersons: number;
  readonly annotations: number;
  /** With a labelled key point, no crowd: what is learnt from and evaluated. */
  readonly persons: number;
  /** Persons of which no key point is labelled; evaluation ignores them, and bottom-up training must mask them. */
  readonly unlabelledPersons: number;
  readonly crowds: number;
  readonly otherCategories: number;
  /** Labelled key points by joint. */
  readonly joints: readonly JointCount[];
  /** Labelled key points that the usual crop of 1.25 times the box does not show. */
  readonly outsideCrop: number;
  /** One number a labelled person. */
  readonly keypointsPerPerson: readonly number[];
  /** √(width · height) of labelled persons' boxes in pixels. */
  readonly boxSizes: readonly number[];
  /** width ÷ height of labelled persons' boxes. */
  readonly boxAspects: readonly number[];
  /** Labelled persons an image that has some. */
  readonly personsPerImage: readonly number[];
}

/** How often a joint is labelled. */
export interface JointCount {
  readonly joint: string;
  readonly visible: number;
  readonly hidden: number;
}

/** Counts a data set. */
export function datasetStatistics(dataset: RawDataset): DatasetStatistics {
  const { annotations, images, skeleton } = dataset;
  const persons = labelledPersons(dataset);
  const visible = skeleton.joints.map(() => 0);
  const hidden = skeleton.joints.map(() => 0);
  const onImage = new Map<unknown, number>();
  let outsideCrop = 0;
  for (const person of persons) {
    onImage.set(person.image, (onImage.get(person.image) ?? 0) + 1);
    for (const point of labelledPoints(person)) {
      const counts = person.keypoints?.[3 * point.joint + 2] === 1 ? hidden : visible;
      counts[point.joint]!++;
      if (person.box && boxMultiple(point, person.box) > 1.25) outsideCrop++;
    }
  }
  const boxes = persons.flatMap(({ box }) => (box && box.width > 0 && box.height > 0 ? [box] : []));
  const populated = new Set(annotations.filter(({ person }) => person).map(({ image }) => image));
  return {
    images: images.length,
    imagesWithoutPersons: images.filter((image) => !populated.has(image)).length,
    annotations: annotations.length,
    persons: persons.length,
    unlabelledPersons: annotations.filter(({ person, crowd, labelled }) => person && !crowd && labelled === 0).length,
    crowds: annotations.filter(({ person, crowd }) => person && crowd).length,
    otherCategories: annotations.filter(({ person }) => !person).length,
    joints: skeleton.joints.map((joint, at) => ({ joint, visible: visible[at]!, hidden: hidden[at]! })),
    outsideCrop,
    keypointsPerPerson: persons.map(({ labelled }) => labelled),
    boxSizes: boxes.map(({ width, height }) => Math.sqrt(width * height)),
    boxAspects: boxes.map(({ width, height }) => width / height),
    personsPerImage: [...onImage.values()],
  };
}
