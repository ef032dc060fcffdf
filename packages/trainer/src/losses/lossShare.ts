import type { Batch } from "@kindling/data";
import { dividesByLabels, type LossTerm } from "./lossTerm.ts";

/** What denominators are counted from. */
type CountedBatch = Pick<Batch, "targets" | "indices">;

/**
 * What a term's value on a part of a batch counts in its value on the whole batch: the part's denominator ÷ the whole's. Every term is a sum
 * over samples ÷ a denominator (see `lossOf`), so that shares times values, and shares times gradients, add up to those of the whole batch.
 * Terms over labelled joints divide by their weights, which parts have different numbers of, perhaps none; the others by samples.
 * @throws Error for a term that compares samples with each other: parseRecipe refuses to accumulate it.
 */
export function lossShare(term: LossTerm, part: CountedBatch, whole: CountedBatch): number {
  switch (term.kind) {
    case "adaptiveWing":
    case "mse":
    case "jointsMse":
    case "smoothL1":
    case "spatialKl":
      return dividesByLabels(term) ? visibleShare(part, whole) : sampleShare(part, whole);
    case "simccKl":
      // mmpose's loss is a sum over the batch.
      if (term.against === "groundTruth" && term.normalization === "paper") return 1;
      return dividesByLabels(term) ? visibleShare(part, whole) : sampleShare(part, whole);
    case "ohkm":
    case "maskedL2":
    case "jointsKl":
    case "feature":
    case "channelWiseKl":
    case "attentionTransfer":
      return sampleShare(part, whole);
    case "relationalDistance":
    case "relationalAngle":
      throw new Error(`${term.name} compares the samples of a batch with each other: parseRecipe refuses to compute it in parts`);
    default:
      return term satisfies never;
  }
}

function sampleShare(part: CountedBatch, whole: CountedBatch): number {
  return part.indices.length / whole.indices.length;
}

/** Σ mask of the part ÷ Σ mask of the whole batch; 0 where nothing is visible, as the term then is. */
function visibleShare(part: CountedBatch, whole: CountedBatch): number {
  const [ofPart, ofWhole] = [part, whole].map(({ targets }) => targets.mask!.reduce((sum, weight) => sum + weight, 0)); // every codec has one
  return ofWhole! > 0 ? ofPart! / ofWhole! : 0;
}
