import { type Finding, type Problem, problemOf } from "./problem.ts";
import type { JsonObject, RawDataset } from "./rawDataset.ts";

/** Crowd regions whose mask is not run-length encoded, which is the one form that COCO gives them. */
export function crowdChecks({ annotations }: RawDataset): readonly Problem[] {
  const findings = annotations
    .filter(({ crowd, value }) => crowd && !isRunLengthEncoded(value.segmentation))
    .map((annotation): Finding => {
      const { segmentation } = annotation.value;
      return { annotation, note: segmentation === undefined ? "no segmentation" : "a segmentation of polygons" };
    });
  return problemOf(
    {
      check: "crowd without a mask",
      severity: "warning",
      effect: "bottom-up training cannot leave the crowd out of its loss, and learns that its people are background",
      remedy: 'write segmentation as { "counts": …, "size": [height, width] }, or set iscrowd to 0 for a single person',
    },
    findings,
  );
}

function isRunLengthEncoded(segmentation: unknown): boolean {
  if (typeof segmentation !== "object" || segmentation === null || Array.isArray(segmentation)) return false;
  const { counts, size } = segmentation as JsonObject; // an object, as checked
  return (typeof counts === "string" || Array.isArray(counts)) && Array.isArray(size);
}
