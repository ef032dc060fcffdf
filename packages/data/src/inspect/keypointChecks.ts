import { numbers } from "../formats/jsonValues.ts";
import { labelledPersons, labelledPoints, pixels } from "./labelledPoints.ts";
import { type Finding, type Problem, problemOf } from "./problem.ts";
import type { RawAnnotation, RawDataset } from "./rawDataset.ts";

/** Key point lists of a wrong length or of no numbers, counts that disagree, and coordinates that cannot be pixels of the image. */
export function keypointChecks(dataset: RawDataset): readonly Problem[] {
  return [...listChecks(dataset), ...countCheck(dataset), ...coordinateChecks(dataset)];
}

function listChecks({ annotations, skeleton }: RawDataset): readonly Problem[] {
  const joints = skeleton.joints.length;
  const malformed: Finding[] = [];
  const wrongCount: Finding[] = [];
  for (const annotation of annotations) {
    const { written: keypoints } = annotation;
    if (!annotation.person || keypoints === undefined || keypoints === null) continue;
    const listed = numbers(keypoints);
    if (!listed) malformed.push({ annotation, note: malformedNote(keypoints) });
    else if (listed.length !== 3 * joints) wrongCount.push({ annotation, note: `${listed.length} numbers` });
  }
  return [
    ...problemOf(
      {
        check: "malformed key points",
        severity: "error",
        effect: "the file is refused",
        remedy: "write key points as one flat list of numbers, x, y, v for each joint; an unlabelled joint is 0, 0, 0",
      },
      malformed,
    ),
    ...problemOf(
      {
        check: "wrong number of key points",
        severity: "error",
        effect: `the file is refused, or every joint teaches another one: ${skeleton.name} has ${joints} joints, so 3·${joints} = ${3 * joints} numbers`,
        remedy: "choose the skeleton that the file uses (skeleton=), or write x, y, v for each of its joints in order",
      },
      wrongCount,
    ),
  ];
}

function malformedNote(keypoints: unknown): string {
  if (!Array.isArray(keypoints)) return `a ${typeof keypoints} in place of a list`;
  const at = keypoints.findIndex((item) => !Number.isFinite(item));
  return `${JSON.stringify(keypoints[at])} at place ${at}`;
}

function countCheck({ annotations }: RawDataset): readonly Problem[] {
  const findings = annotations.flatMap((annotation): Finding[] => {
    const { num_keypoints: count, keypoints } = annotation.value; // of the body alone, where there are other parts
    if (!annotation.person || !annotation.keypoints || count === undefined) return [];
    const labelled = (numbers(keypoints) ?? []).filter((v, at) => at % 3 === 2 && v > 0).length;
    return count === labelled ? [] : [{ annotation, note: `num_keypoints ${JSON.stringify(count)}, labelled ${labelled}` }];
  });
  return problemOf(
    {
      check: "num_keypoints disagrees",
      severity: "warning",
      effect: "evaluators ignore persons whose num_keypoints is 0, and many trainers leave them out",
      remedy: "write the number of key points with v > 0",
    },
    findings,
  );
}

function coordinateChecks(dataset: RawDataset): readonly Problem[] {
  const normalised: Finding[] = [];
  const onePlace: Finding[] = [];
  const outside: Finding[] = [];
  for (const annotation of labelledPersons(dataset)) {
    const points = labelledPoints(annotation);
    const size = annotation.image?.size;
    if (points.length >= 3 && isNormalised(annotation)) {
      normalised.push({ annotation, note: `all within 0 … 1, such as ${points[0]!.x}, ${points[0]!.y}` });
      continue;
    }
    const [first] = points;
    if (points.length >= 3 && points.every(({ x, y }) => x === first!.x && y === first!.y)) {
      onePlace.push({ annotation, note: `${points.length} at (${pixels(first!.x, first!.y)})` });
    }
    // The origin has a check of its own (`visibilityChecks`).
    const out = size ? points.filter(({ x, y }) => x < 0 || y < 0 || x > size.width || y > size.height) : [];
    if (out.length === 0 || !size) continue;
    const { joint, x, y } = out[0]!;
    outside.push({
      annotation,
      note: `${dataset.skeleton.joints[joint]} at (${pixels(x, y)}) of ${size.width} × ${size.height}${out.length > 1 ? ` and ${out.length - 1} more` : ""}`,
    });
  }
  return [
    ...problemOf(
      {
        check: "normalised coordinates",
        severity: "error",
        effect: "all key points fall on the image's first pixel: the network learns to point at a corner, and AP is 0",
        remedy: "multiply x by the image's width and y by its height",
      },
      normalised,
    ),
    ...problemOf(
      {
        check: "key points at one place",
        severity: "error",
        effect: "the network learns that joints coincide; the person can hardly be matched",
        remedy: "label the person again, or set its key points to 0, 0, 0",
      },
      onePlace,
    ),
    ...problemOf(
      {
        check: "key points outside the image",
        severity: "warning",
        effect:
          "they teach nothing in training, but count as missed in OKS and PCK; the coordinates may belong to another size of the image",
        remedy: "set joints that are not on the picture to 0, 0, 0, or scale the coordinates to the image's width and height",
      },
      outside,
    ),
  ];
}

/** Everything of a person, and its box, within 0 … 1 of an image that is larger. */
function isNormalised(annotation: RawAnnotation): boolean {
  const { size } = annotation.image ?? {};
  if (size && (size.width <= 2 || size.height <= 2)) return false;
  const points = labelledPoints(annotation);
  return points.every(({ x, y }) => x >= 0 && y >= 0 && x <= 1 && y <= 1) && points.some(({ x, y }) => x > 0 || y > 0);
}
