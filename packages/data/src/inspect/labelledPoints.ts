import type { Box } from "@kindling/pose";
import type { RawAnnotation, RawDataset } from "./rawDataset.ts";

/** A labelled key point. */
export interface LabelledPoint {
  readonly joint: number;
  readonly x: number;
  readonly y: number;
}

/** The key points with v > 0, in pixels. */
export function labelledPoints({ keypoints }: RawAnnotation): readonly LabelledPoint[] {
  const points: LabelledPoint[] = [];
  for (let at = 0; keypoints && at < keypoints.length; at += 3) {
    if (keypoints[at + 2]! > 0) points.push({ joint: at / 3, x: keypoints[at]!, y: keypoints[at + 1]! });
  }
  return points;
}

/** The persons that are no crowd and have a labelled key point: those who are learnt from and evaluated. */
export function labelledPersons({ annotations }: RawDataset): readonly RawAnnotation[] {
  return annotations.filter(({ person, crowd, labelled }) => person && !crowd && labelled > 0);
}

/**
 * How far a point is from a box's centre, as a multiple of half the box's size: 1 on its edge, 1.25 on the edge of the usual crop.
 * A side of less than a pixel counts as one.
 */
export function boxMultiple({ x, y }: { readonly x: number; readonly y: number }, box: Box): number {
  const across = Math.abs(x - box.x - box.width / 2) / (Math.max(1, box.width) / 2);
  const down = Math.abs(y - box.y - box.height / 2) / (Math.max(1, box.height) / 2);
  return Math.max(across, down);
}

/** Numbers for a message: whole or with a tenth. */
export function pixels(...values: readonly number[]): string {
  return values.map((value) => String(Math.round(value * 10) / 10)).join(", ");
}
