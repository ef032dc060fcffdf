import { pixels } from "./labelledPoints.ts";
import { type Finding, type Problem, problemOf } from "./problem.ts";
import type { RawAnnotation, RawDataset } from "./rawDataset.ts";

/**
 * Areas that OKS cannot be scaled by: missing, far too small, or larger than the box. OKS divides squared distances by the area
 * (pycocotools, cocoeval.py, computeOks), so that an area of 0 or 1 makes every distance infinite.
 */
export function areaChecks({ annotations }: RawDataset): readonly Problem[] {
  const missing: Finding[] = [];
  const tiny: Finding[] = [];
  const large: Finding[] = [];
  for (const annotation of annotations) {
    if (!annotation.person || annotation.crowd) continue;
    const { area } = annotation.value;
    if (area === undefined || area === null) missing.push({ annotation, note: "no area" });
    else if (typeof area !== "number" || !Number.isFinite(area)) missing.push({ annotation, note: `area ${JSON.stringify(area)}` });
    else if (area <= 1 || area < smallestShare * boxArea(annotation)) tiny.push({ annotation, note: areaNote(area, annotation) });
    else if (boxArea(annotation) > 0 && area > largestShare * boxArea(annotation))
      large.push({ annotation, note: areaNote(area, annotation) });
  }
  return [
    ...problemOf(
      {
        check: "missing area",
        severity: "warning",
        effect:
          "pycocotools stops at it; OKS, which is scaled by area, becomes a guess: Kindling takes 0.53 of the box, as xtcocotools does",
        remedy: "write each person's area in pixels², from the mask, or 0.53 × width × height of the box",
      },
      missing,
    ),
    ...problemOf(
      {
        check: "area too small",
        severity: "error",
        effect:
          "OKS divides by it, so that a prediction a pixel away counts as wrong: AP 0; a person whose area is 0 is left out of training",
        remedy: "write the area in pixels² of the image, from the mask, or 0.53 × width × height of the box",
      },
      tiny,
    ),
    ...problemOf(
      {
        check: "area larger than the box",
        severity: "warning",
        effect: "OKS forgives too much, AP is too high, and the person counts as large",
        remedy: "write the area of the person, in pixels² of the image that the box is in",
      },
      large,
    ),
  ];
}

/** The smallest share of COCO train2017's boxes that persons with key points cover is some percent; 1 % is a mistake. */
const smallestShare = 0.01;
/** Boxes are rounded, so that an area may be a little larger. */
const largestShare = 1.1;

function boxArea({ box }: RawAnnotation): number {
  return box ? Math.max(0, box.width) * Math.max(0, box.height) : 0;
}

function areaNote(area: number, { box }: RawAnnotation): string {
  return `area ${Math.round(area * 1e4) / 1e4}${box ? ` in a box of ${pixels(box.width)} × ${pixels(box.height)}` : ""}`;
}
