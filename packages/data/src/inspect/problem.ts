import type { RawAnnotation, RawImage } from "./rawDataset.ts";

/** Something in a data set that makes training or AP silently bad. */
export interface Problem {
  /** What was looked for, in words that stay the same: "missing area". */
  readonly check: string;
  /** An error spoils training or evaluation as it is; a warning wants to be looked at. */
  readonly severity: "error" | "warning";
  /** How often it was found. */
  readonly count: number;
  /** The first places, at most {@link exampleLimit}. */
  readonly examples: readonly ProblemExample[];
  /** What it does to training and AP, a sentence. */
  readonly effect: string;
  /** What to do about it, a sentence. */
  readonly remedy: string;
}

/** One place of a problem. */
export interface ProblemExample {
  /** The annotation's id as text, or "#7" for the one at place 7 when it has none. */
  readonly annotation?: string;
  /** The image's file name as the annotation file writes it. */
  readonly image?: string;
  /** What is there: "area 0 in a box of 20 × 60". */
  readonly note: string;
}

/** A place where a check found its problem. */
export interface Finding {
  readonly annotation?: RawAnnotation;
  /** By default the annotation's. */
  readonly image?: RawImage;
  readonly note: string;
}

/** Examples kept of a problem; `count` tells of all. */
export const exampleLimit = 12;

/** The problem of some findings, or none of none. */
export function problemOf(
  { check, severity, effect, remedy }: Omit<Problem, "count" | "examples">,
  findings: readonly Finding[],
): readonly Problem[] {
  if (findings.length === 0) return [];
  const examples = findings.slice(0, exampleLimit).map(({ annotation, image = annotation?.image ?? undefined, note }) => ({
    ...(annotation ? { annotation: annotation.id } : {}),
    ...(image ? { image: image.file } : {}),
    note,
  }));
  return [{ check, severity, count: findings.length, examples, effect, remedy }];
}
