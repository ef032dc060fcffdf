import type { Batch } from "@kindling/data";
import type { LossTerm } from "../recipe.ts";

/** What denominators are counted from. */
type CountedBatch = Pick<Batch, "targets" | "indices">;

/**
 * What a term's value on a part of a batch counts in its value on the whole batch: the part's denominator ÷ the whole's. Every term is a sum
 * over samples ÷ a denominator (see `lossOf`), so that shares times values, and shares times gradients, add up to those of the whole batch.
 * Ground-truth terms divide by visible joints, which parts have different numbers of, perhaps none; the others by samples.
 */
export function lossShare(term: LossTerm, part: CountedBatch, whole: CountedBatch): number {
  switch (term.kind) {
    case "adaptiveWing":
    case "mse":
      return term.against === "groundTruth" ? visibleShare(part, whole) : part.indices.length / whole.indices.length;
    case "spatialKl":
    case "feature":
      return part.indices.length / whole.indices.length;
    default:
      return term satisfies never;
  }
}

/** Σ mask of the part ÷ Σ mask of the whole batch; 0 where nothing is visible, as the term then is. */
function visibleShare(part: CountedBatch, whole: CountedBatch): number {
  const [ofPart, ofWhole] = [part, whole].map(({ targets }) => targets.mask!.reduce((sum, weight) => sum + weight, 0)); // every codec has one
  return ofWhole! > 0 ? ofPart! / ofWhole! : 0;
}
