import { coco17, cocoWholebody133, evaluateOks, evaluateParts, type OksEvaluation, oksNumberNames, wholeBodyParts } from "@kindling/pose";
import { relativeError } from "../checkOp.ts";
import { cocoDocument, cocoResults } from "./cocoDocument.ts";
import { comparedNumbers, evaluationBound } from "./domainCocoMetric.ts";
import { checked, type GoldenOutcome, type GoldenPlan, unsupported } from "./goldenCase.ts";
import { type GoldenFiles, type GoldenJson, readGoldenJson } from "./goldenFiles.ts";
import { field, items, number, numbers } from "./jsonValues.ts";

const folder = "../data";

/** The partition rows are known to four places. */
const partBound = 5e-5;

/**
 * Cases of `data/coco-ap/expected.json` beside the folder of reference values, where it is: numbers that pycocotools and mmpose gave for
 * annotations and results there. "_extra NAME" belongs to the entry before it.
 */
export async function goldenCocoAp(files: GoldenFiles): Promise<GoldenPlan[]> {
  const path = `${folder}/coco-ap/expected.json`;
  if (!(await files.read(path))) return [];
  const content = await readGoldenJson(files, path);
  const keys = Object.keys(content).filter((key) => !key.startsWith("_"));
  return keys.map((key) => ({
    name: `data/coco-ap/${key}`,
    lookAt: "packages/pose/src/metrics/matchImage.ts and averagePrecision.ts",
    run: () => (key.includes(" + ") ? checkNumbers(files, content, key) : checkParts(files, field(content, key))),
  }));
}

/** The ten numbers, and AP at each threshold, of "annotations + results". */
async function checkNumbers(files: GoldenFiles, content: GoldenJson, key: string): Promise<GoldenOutcome> {
  const [annotations = "", results = ""] = key.split(" + ").map((file) => `${folder}/${file}`);
  const missing = (await files.read(annotations)) ? ((await files.read(results)) ? null : results) : annotations;
  if (missing !== null) return unsupported(`${missing} is not there`);
  const { truth, imageIds } = cocoDocument(await readGoldenJson(files, annotations));
  const found = cocoResults(Object.values(await readGoldenJson(files, results)));
  const evaluation = evaluateOks(truth, found, { sigmas: coco17.sigmas, imageIds });
  const keys = Object.keys(content);
  const extra = keys[keys.indexOf(key) + 1];
  const expected = oksNumberNames.map((name) => number(field(content, key, name)));
  if (!extra?.startsWith("_extra")) return checked([comparedNumbers("numbers", evaluation, expected)]);
  const perThreshold = numbers(field(content, extra, "per_threshold_AP_all"));
  const error = relativeError(evaluation.perThreshold, perThreshold);
  return checked([comparedNumbers("numbers", evaluation, expected), { name: "per threshold", error, bound: evaluationBound }]);
}

/** AP and AR of each part of a whole body, from detections that the entry describes in words. */
async function checkParts(files: GoldenFiles, entry: unknown): Promise<GoldenOutcome> {
  const path = `${folder}/${String(field(entry, "gt"))}`;
  if (!(await files.read(path))) return unsupported(`${path} is not there`);
  const { truth, imageIds } = cocoDocument(await readGoldenJson(files, path));
  const factors = [0.99, 1.02, 0.8];
  const found = truth.map(({ imageId, category = 1, keypoints }) => ({
    imageId,
    category,
    keypoints: Array.from(keypoints, (value, i) => value * factors[i % 3]!),
    score: 1,
  }));
  const parts: Readonly<Record<string, OksEvaluation>> = evaluateParts(truth, found, wholeBodyParts, {
    sigmas: cocoWholebody133.sigmas,
    imageIds,
  });
  return checked(
    Object.entries(parts).flatMap(([name, { AP, AR }]) => {
      const [expectedAP = 0, expectedAR = 0] = numbers(items(field(entry, "reproduced_AP_AR", name)));
      return [
        { name: `${name} AP`, error: Math.abs(AP - expectedAP), bound: partBound },
        { name: `${name} AR`, error: Math.abs(AR - expectedAR), bound: partBound },
      ];
    }),
  );
}
