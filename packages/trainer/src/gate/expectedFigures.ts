import { parseWeightsReference, publishedAccuracy } from "@kindling/models";
import type { NamedWeights } from "../networks.ts";
import type { Recipe } from "../recipe.ts";
import type { Teacher } from "../teachers.ts";

/** What a teacher should reach, and who says so. */
export interface ExpectedFigures {
  /** Fraction 0–1, at {@link pckThreshold} of the longer side of the person's box. */
  readonly pck?: number;
  readonly pckThreshold: number;
  /** COCO's, 0–1. */
  readonly AP?: number;
  /** In words: "the recipe expects". */
  readonly source: string;
  /** [height, width] of the crops that it was reached with, where that is known. */
  readonly input?: readonly [number, number];
}

/**
 * What the recipe expects of its teacher, else what the weights file says of its own validation, else what HRNet's authors published of COCO weights
 * with that name; null where nobody says anything.
 */
export function expectedFigures(
  { pckThreshold }: Recipe,
  { key, recipe: teacher }: Teacher,
  weights: NamedWeights,
): ExpectedFigures | null {
  if (teacher.expect) return { ...teacher.expect, pckThreshold, source: `the recipe expects (${key}.expect)` };
  const { said } = weights;
  if (said?.figures && said.model === teacher.model) {
    const { pck, AP, persons, validation } = said.figures;
    const source = `its weights file says of ${persons} persons of ${validation}`;
    return { pck, pckThreshold: said.figures.pckThreshold, ...(AP === undefined ? {} : { AP }), source, input: said.input };
  }
  const published = publishedAccuracy(parseWeightsReference(weights.source).file.replace(/^.*[\\/]/, ""));
  if (published?.model !== teacher.model) return null;
  return { pckThreshold, AP: published.AP, source: "its authors published of COCO's val2017", input: published.input };
}
