import type { Skeleton } from "@kindling/pose";
import { areaChecks } from "./areaChecks.ts";
import { boxChecks } from "./boxChecks.ts";
import { crowdChecks } from "./crowdChecks.ts";
import { duplicateChecks } from "./duplicateChecks.ts";
import { imageChecks } from "./imageChecks.ts";
import type { ImageFacts } from "./imageFacts.ts";
import { jointOrderChecks } from "./jointOrderChecks.ts";
import { keypointChecks } from "./keypointChecks.ts";
import type { Problem } from "./problem.ts";
import { type RawDataset, readRawDataset } from "./rawDataset.ts";
import { sideChecks } from "./sideChecks.ts";
import { skeletonOfDocument } from "./skeletonOfDocument.ts";
import { splitChecks } from "./splitChecks.ts";
import { type DatasetStatistics, datasetStatistics } from "./statistics.ts";
import { structureChecks } from "./structureChecks.ts";
import { visibilityChecks } from "./visibilityChecks.ts";

/** A document to inspect, and what is known of its images. */
export interface InspectDocumentOptions {
  /** Where the document came from, for messages. */
  readonly source: string;
  /** What the key points are; by default COCO-17, or what the file's category of persons lists. */
  readonly skeleton?: Skeleton;
  /** What is on disk, by file name; without it images are not judged. */
  readonly facts?: ReadonlyMap<string, ImageFacts>;
  /** The other split, which must share no image with this one. */
  readonly against?: RawDataset;
}

/** What an inspection found. */
export interface Inspection {
  readonly dataset: RawDataset;
  /** Errors before warnings, those that were found most often first. */
  readonly problems: readonly Problem[];
  readonly statistics: DatasetStatistics;
}

/**
 * Looks through a COCO-style document for what makes training or AP silently bad, whether or not `parseCoco` would take it.
 * @throws DatasetError when it has no lists "images" and "annotations".
 */
export function inspectDocument(document: unknown, { source, skeleton, facts, against }: InspectDocumentOptions): Inspection {
  const dataset = readRawDataset(document, {
    source,
    skeleton: skeleton ? () => skeleton : skeletonOfDocument,
    ...(facts ? { facts } : {}),
  });
  const problems = [...checks.flatMap((check) => check(dataset)), ...(against ? splitChecks(dataset, against) : [])];
  const weight = ({ severity, count }: Problem): number => (severity === "error" ? 1e12 : 0) + count;
  return { dataset, problems: problems.toSorted((a, b) => weight(b) - weight(a)), statistics: datasetStatistics(dataset) };
}

const checks: readonly ((dataset: RawDataset) => readonly Problem[])[] = [
  structureChecks,
  jointOrderChecks,
  keypointChecks,
  visibilityChecks,
  areaChecks,
  boxChecks,
  sideChecks,
  duplicateChecks,
  crowdChecks,
  imageChecks,
];
