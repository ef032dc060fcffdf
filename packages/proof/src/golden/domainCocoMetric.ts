import {
  coco17,
  evaluateOks,
  type OksNumbers,
  type OksTruth,
  oksNms,
  oksNumberNames,
  type PoseDetection,
  type PoseScoreMode,
  poseScore,
  softOksNms,
} from "@kindling/pose";
import { relativeError } from "../checkOp.ts";
import { type CocoDocument, cocoDocument } from "./cocoDocument.ts";
import { checked, type GoldenOutcome, type TensorCheck, unsupported } from "./goldenCase.ts";
import { type GoldenFiles, readGoldenJson } from "./goldenFiles.ts";
import { field, numbers } from "./jsonValues.ts";

/** Most that numbers of an evaluation may differ where the file has all digits. */
export const evaluationBound = 1e-9;

const annotations = "../data/mmpose/coco/test_coco.json";

/**
 * mmpose's `CocoMetric` on its own test annotations: the ten numbers of detections that the entry describes in words, after scoring and
 * suppression. The annotations are looked for in the folder `data` beside that of the reference values.
 */
export async function checkCocoMetric(files: GoldenFiles, entry: unknown): Promise<GoldenOutcome> {
  if (!(await files.read(annotations))) return unsupported(`${annotations} is not there, which the entry is about`);
  const document = cocoDocument(await readGoldenJson(files, annotations));
  const shifted = shiftedPersons(document.truth, [0.98, 1.02, 0.8], 0.98);
  const same = shiftedPersons(document.truth, [1, 1, 0.8], 1);
  const cases: Readonly<Record<string, readonly PoseDetection[]>> = {
    "case1 bbox_keypoint + oks_nms": suppressed(document, shifted, "bbox_keypoint", oksNms),
    "case2 bbox_rle + oks_nms (score = box + mean(kp) + max(kp))": suppressed(document, shifted, "bbox_rle", oksNms),
    "case3 bbox_keypoint + soft_oks_nms": suppressed(document, twicePersons(document), "bbox_keypoint", softOksNms),
    "perfect predictions": same,
  };
  return checked(
    Object.entries(cases).map(([name, found]) => {
      const options = { sigmas: coco17.sigmas, imageIds: document.imageIds, dropUnscored: true };
      return comparedNumbers(name, evaluateOks(document.truth, found, options), numbers(field(entry, name)));
    }),
  );
}

/** The ten numbers against those of a file, in COCO's order. */
export function comparedNumbers(name: string, got: OksNumbers, expected: readonly number[]): TensorCheck {
  const error = relativeError(
    oksNumberNames.map((number) => got[number]),
    expected,
  );
  return { name, error, bound: evaluationBound };
}

/** A detection of each person: x, y and v times the factors, in float32 as mmpose's tests have them, so that equal scores are equal. */
function shiftedPersons(truth: readonly OksTruth[], factors: readonly number[], score: number): readonly PoseDetection[] {
  return truth.map(({ imageId, keypoints }) => ({ imageId, keypoints: scaled(keypoints, factors), score }));
}

/** Two detections of each person, with ids of which equal ones of an image are one; in the order of the ids. */
function twicePersons({ truth, ids }: CocoDocument): readonly PoseDetection[] {
  const found = new Map<string, { readonly id: number; readonly detection: PoseDetection }>();
  for (const [i, { imageId, keypoints }] of truth.entries()) {
    const id = ids[i]!;
    const [less, more, least] = [1 - i / 100, 1 + i / 100, 1 - (2 * i) / 100];
    for (const [of, factors, score] of [
      [id, [less, more, less], 1],
      [id + 1, [more, less, least], least],
    ] as const) {
      const key = `${imageId}/${of}`;
      if (!found.has(key)) found.set(key, { id: of, detection: { imageId, keypoints: scaled(keypoints, factors), score } });
    }
  }
  return [...found.values()].sort((a, b) => a.id - b.id).map(({ detection }) => detection);
}

function scaled(keypoints: ArrayLike<number>, factors: readonly number[]): number[] {
  return Array.from(keypoints, (value, i) => Math.fround(value * factors[i % 3]!));
}

function suppressed(
  { imageIds }: CocoDocument,
  detections: readonly PoseDetection[],
  mode: PoseScoreMode,
  nms: typeof oksNms,
): readonly PoseDetection[] {
  const scored = detections.map((detection) => ({ ...detection, score: poseScore(mode, detection.score, detection.keypoints) }));
  return imageIds.flatMap((id) => {
    const here = scored.filter(({ imageId }) => imageId === id);
    return nms(here, { sigmas: coco17.sigmas, threshold: 0.9 }).map((i) => here[i]!);
  });
}
