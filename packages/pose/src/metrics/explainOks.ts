import { oksNumberNames } from "./bootstrapOks.ts";
import type { EvaluateOksOptions, OksEvaluation, OksNumbers } from "./evaluateOks.ts";
import { oks, oksVariances } from "./oks.ts";
import { boxAreaShare, cocoAreaRanges } from "./oksOptions.ts";
import { type ImageId, labelledJoints, type OksTruth, type PoseDetection } from "./oksTruth.ts";

/** Why a number is −1 or 0, one sentence each; the other numbers have none. */
export type OksExplanations = Readonly<Partial<Record<keyof OksNumbers, string>>>;

/** Explains every −1 and 0 of an evaluation from what it was given: the usual causes first, then what was nearest. */
export function explainOks(
  evaluation: OksEvaluation,
  truth: readonly OksTruth[],
  detections: readonly PoseDetection[],
  options: EvaluateOksOptions,
): OksExplanations {
  const persons = personsOf(truth, options);
  let whole: string | null | undefined; // looked for once, where there is a 0
  const explanations = oksNumberNames.flatMap((name): [string, string][] => {
    const value = evaluation[name];
    if (value === -1) return [[name, nobody(name, evaluation, persons)]];
    if (value !== 0) return [];
    whole ??= nothingFits(evaluation, persons, detections) ?? null;
    return [[name, whole ?? nearest(name, persons, detections, options)]];
  });
  return Object.fromEntries(explanations);
}

type Person = OksTruth & { readonly counted: boolean };

function personsOf(truth: readonly OksTruth[], { imageIds, areaFromBox }: EvaluateOksOptions): readonly Person[] {
  const images = imageIds ? new Set(imageIds) : null;
  return truth
    .filter(({ imageId }) => images?.has(imageId) ?? true)
    .map((person) => ({
      ...person,
      area: areaFromBox ? person.box.width * person.box.height * boxAreaShare : person.area,
      counted: !person.crowd && person.ignore !== true && (person.labels ?? labelledJoints(person.keypoints)) > 0,
    }));
}

function nobody(name: keyof OksNumbers, { counts }: OksEvaluation, persons: readonly Person[]): string {
  if (persons.length === 0) return `no person is annotated on the ${counts.images} images`;
  if (counts.persons === 0) {
    return `none of the ${persons.length} annotated persons can be found: ${counts.crowds} are crowds, ${counts.ignored} have no labelled key points or are marked to be ignored`;
  }
  const { from, to } = rangeOf(name);
  const areas = persons.filter(({ counted }) => counted).map(({ area }) => area);
  const [below, above] = [areas.filter((area) => area < from).length, areas.filter((area) => area > to).length];
  const size = name.endsWith("_M") ? "32² to 96² pixels" : "96² pixels or more";
  return `no person has an area of ${size}: ${below} of ${areas.length} are smaller, ${above} are larger`;
}

/** What is wrong with all detections, or undefined. */
function nothingFits(
  { counts, AR50 }: OksEvaluation,
  persons: readonly Person[],
  detections: readonly PoseDetection[],
): string | undefined {
  if (detections.length === 0) return "there are no detections";
  if (counts.detections === 0) {
    if (counts.otherImages === detections.length) return otherImages(persons, detections);
    if (counts.otherCategories > 0) {
      const list = (items: readonly { readonly category?: unknown }[]): string =>
        [...new Set(items.map(({ category }) => category))].join(", ");
      return `the detections have category ${list(detections)}, the persons have ${list(persons)}`;
    }
    return "the scores of all detections' key points are 0, and such detections are left out";
  }
  // Where somebody is found, the scale is right, however small the detections are that find nobody.
  return arealess(persons) ?? (AR50 > 0 ? undefined : offScale(persons, detections));
}

function otherImages(persons: readonly Person[], detections: readonly PoseDetection[]): string {
  const show = (id: ImageId | undefined): string => (typeof id === "string" ? `"${id}"` : String(id));
  const [here, there] = [new Set(persons.map(({ imageId }) => String(imageId))), detections[0]?.imageId];
  const text = `none of the ${detections.length} detections is on an image of the truth: image ids are like ${show(there)} there and like ${show(persons[0]?.imageId)} here`;
  return detections.some(({ imageId }) => here.has(String(imageId))) ? `${text}; text and numbers are different ids` : text;
}

function arealess(persons: readonly Person[]): string | undefined {
  const shares = persons.filter(({ counted }) => counted).map(({ area, box }) => area / (box.width * box.height));
  const share = median(shares);
  if (!(share < 0.01)) return undefined;
  return `the persons' areas are no areas in pixels²: half of them are below ${(share * 100).toPrecision(2)} % of the box; OKS is measured by the area, so take it from the boxes`;
}

function offScale(persons: readonly Person[], detections: readonly PoseDetection[]): string | undefined {
  const spanOf = (keypoints: readonly ArrayLike<number>[]): number => median(keypoints.map(span));
  const here = spanOf(persons.filter(({ counted }) => counted).map(({ keypoints }) => labelledOnly(keypoints)));
  const there = spanOf(detections.map(({ keypoints }) => keypoints));
  const ratio = there / here;
  if (!(here > 0) || Number.isNaN(there) || (ratio > 1 / 3 && ratio < 3)) return undefined;
  const hint = there <= 1.5 ? "; they look like fractions of the image, and must be pixels" : "; are both in pixels of the same image?";
  return `the detections' key points are on another scale: they span ${there.toPrecision(3)} pixels in the median, those of the persons ${here.toPrecision(3)}${hint}`;
}

function nearest(
  name: keyof OksNumbers,
  persons: readonly Person[],
  detections: readonly PoseDetection[],
  { sigmas }: EvaluateOksOptions,
): string {
  const { from, to } = rangeOf(name);
  const variances = oksVariances(sigmas);
  const byImage = new Map<ImageId, PoseDetection[]>();
  for (const detection of detections) byImage.set(detection.imageId, [...(byImage.get(detection.imageId) ?? []), detection]);
  const wanted = persons.filter(({ counted, area }) => counted && area >= from && area <= to);
  const best = wanted.reduce((most, person) => {
    return (byImage.get(person.imageId) ?? []).reduce((more, { keypoints }) => Math.max(more, oks(person, keypoints, variances)), most);
  }, 0);
  const needed = name.endsWith("75") ? 0.75 : 0.5;
  const who = wanted.length === 1 ? "the one person" : `any of the ${wanted.length} persons`;
  return best < needed
    ? `no detection reaches an OKS of ${needed.toFixed(2)} with ${who}: the nearest has ${best.toPrecision(2)}`
    : `the detections that are near ${who} (OKS up to ${best.toPrecision(2)}) are taken by others or are not among the best of their image`;
}

function rangeOf(name: keyof OksNumbers): { readonly from: number; readonly to: number } {
  const [all, medium, large] = cocoAreaRanges;
  return name.endsWith("_M") ? medium! : name.endsWith("_L") ? large! : all!; // there are three
}

function labelledOnly(keypoints: ArrayLike<number>): number[] {
  return Array.from({ length: keypoints.length }, (_, i) => keypoints[i]!).filter((_, i, all) => all[i - (i % 3) + 2]! > 0);
}

/** The longer side of the key points' extent. */
function span(keypoints: ArrayLike<number>): number {
  const side = (axis: number): number => {
    const values = Array.from({ length: keypoints.length / 3 }, (_, k) => keypoints[k * 3 + axis]!);
    return Math.max(...values) - Math.min(...values);
  };
  return Math.max(side(0), side(1));
}

function median(values: readonly number[]): number {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
