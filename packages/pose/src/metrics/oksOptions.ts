import type { ImageId } from "./oksTruth.ts";

/** A range of person areas in pixels², both ends included. */
export interface AreaRange {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

/** How persons and detections are compared; the defaults are pycocotools'. */
export interface OksOptions {
  /** [k] σ of each joint (see Skeleton). */
  readonly sigmas: readonly number[];
  /** The images that count, with persons or without: detections elsewhere are left out. Default: those of the persons. */
  readonly imageIds?: Iterable<ImageId>;
  /** OKS from which a detection has found a person. Default: 0.50, 0.55 … 0.95. */
  readonly thresholds?: readonly number[];
  /** Default: {@link cocoAreaRanges}. */
  readonly areaRanges?: readonly AreaRange[];
  /** Detections of an image and category that count, the best first. Default 20. */
  readonly maxDetections?: number;
  /** Leave out detections whose key points all have score 0, as xtcocotools does (mmpose). Default no. */
  readonly dropUnscored?: boolean;
  /** Take 0.53·width·height of the box as a person's area, as xtcocotools' `use_area=False` (CrowdPose, AIC). Default no. */
  readonly areaFromBox?: boolean;
}

/** `areaFromBox`: the share of the box that xtcocotools takes a person to fill. */
export const boxAreaShare = 0.53;

/** COCO's ranges for key points: persons below 32² pixels have none annotated there, so that there is no "small". */
export const cocoAreaRanges: readonly AreaRange[] = [
  { name: "all", from: 0, to: 1e5 ** 2 },
  { name: "medium", from: 32 ** 2, to: 96 ** 2 },
  { name: "large", from: 96 ** 2, to: 1e5 ** 2 },
];

/** 0.50, 0.55 … 0.95 as numpy.linspace makes them: some are a rounding error off. */
export const cocoThresholds: readonly number[] = linspace(0.5, 0.95, 10);

/** 0, 0.01 … 1, likewise. */
export const recallThresholds: readonly number[] = linspace(0, 1, 101);

function linspace(from: number, to: number, count: number): readonly number[] {
  const step = (to - from) / (count - 1);
  return Array.from({ length: count }, (_, i) => (i === count - 1 ? to : i * step + from));
}
