import { pixels } from "./labelledPoints.ts";
import { type Finding, type Problem, problemOf } from "./problem.ts";
import type { RawAnnotation, RawDataset, RawImage } from "./rawDataset.ts";

/** Persons that are annotated twice on one image, and images that are in the file twice under different names. */
export function duplicateChecks({ annotations, images }: RawDataset): readonly Problem[] {
  const onImage = new Map<RawImage, RawAnnotation[]>();
  const persons: Finding[] = [];
  for (const annotation of annotations) {
    const { image, person, crowd } = annotation;
    if (!image || !person || crowd) continue;
    const others = onImage.get(image) ?? [];
    const twin = others.find((other) => isSamePerson(annotation, other));
    if (twin)
      persons.push({ annotation, note: `the person of annotation ${twin.id}${sameBox(annotation, twin) ? ", in the same box" : ""}` });
    others.push(annotation);
    onImage.set(image, others);
  }
  return [
    ...problemOf(
      {
        check: "duplicate person",
        severity: "warning",
        effect: "a prediction can match only one of the two: the other counts as missed in AP, and training sees the person twice",
        remedy: "remove one of the two annotations",
      },
      persons,
    ),
    ...problemOf(
      {
        check: "duplicate image",
        severity: "warning",
        effect:
          "the same picture counts twice; where only one copy has all its persons, right predictions on the other are false positives",
        remedy: "keep one of the files and give it the annotations of both",
      },
      duplicateImages(images),
    ),
  ];
}

function duplicateImages(images: readonly RawImage[]): readonly Finding[] {
  const first = new Map<string, RawImage>();
  return images.flatMap((image): Finding[] => {
    if (image.facts?.kind !== "readable") return [];
    const before = first.get(image.facts.sha256);
    if (!before) first.set(image.facts.sha256, image);
    return before && before.file !== image.file ? [{ image, note: `the same bytes as ${before.file}` }] : [];
  });
}

/** The same box, or at least three shared key points that lie together: about what an OKS of 0.98 asks for. */
function isSamePerson(a: RawAnnotation, b: RawAnnotation): boolean {
  if (sameBox(a, b)) return true;
  if (!a.keypoints || !b.keypoints) return false;
  let shared = 0;
  let squares = 0;
  for (let at = 0; at < a.keypoints.length; at += 3) {
    const [hasA, hasB] = [a.keypoints[at + 2]! > 0, b.keypoints[at + 2]! > 0];
    if (hasA !== hasB) return false;
    if (!hasA) continue;
    shared++;
    squares += (a.keypoints[at]! - b.keypoints[at]!) ** 2 + (a.keypoints[at + 1]! - b.keypoints[at + 1]!) ** 2;
  }
  const reach = Math.max(1, 0.02 * Math.sqrt(extent(a) * extent(b)));
  return shared >= 3 && Math.sqrt(squares / shared) <= reach;
}

function sameBox({ box: a }: RawAnnotation, { box: b }: RawAnnotation): boolean {
  if (!a || !b || a.width <= 0 || a.height <= 0) return false;
  return pixels(a.x, a.y, a.width, a.height) === pixels(b.x, b.y, b.width, b.height);
}

/** The longer side of the box of the labelled key points. */
function extent({ keypoints }: RawAnnotation): number {
  const labelled = (axis: number): number[] => (keypoints ?? []).filter((_, at) => at % 3 === axis && keypoints![at - axis + 2]! > 0);
  const [xs, ys] = [labelled(0), labelled(1)];
  return Math.max(Math.max(...xs) - Math.min(...xs), Math.max(...ys) - Math.min(...ys));
}
