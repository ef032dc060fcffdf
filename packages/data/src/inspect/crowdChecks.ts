import { record } from "../formats/jsonValues.ts";
import { type Finding, type Problem, problemOf } from "./problem.ts";
import type { RawDataset } from "./rawDataset.ts";

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
  const { counts, size } = record(segmentation) ?? {};
  return (typeof counts === "string" || Array.isArray(counts)) && Array.isArray(size);
}
