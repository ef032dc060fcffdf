import type { ModelOutput } from "@kindling/models";
import type { LossTerm } from "./lossTerm.ts";

/**
 * What of a term is measured on a validation set: its loss per labelled joint, whatever it divides by in training, so that values of batches may be
 * averaged by their joints; the hardest joints alone would not, so all count. None for a term against a teacher, or over an output that there is not.
 */
export function validationTerm(term: LossTerm, outputs: readonly ModelOutput[]): LossTerm | null {
  if (!("against" in term) || term.against !== "groundTruth") return null;
  const names = outputs.map(({ name }) => `student.${name}`);
  if ("student" in term && term.student !== undefined && !names.includes(term.student)) return null;
  if (term.kind !== "ohkm") return { ...term, normalization: "joint" };
  const { topk: _, ...ofAll } = term;
  return { ...ofAll, kind: "jointsMse", normalization: "joint" };
}
