import type { Dataset } from "@kindling/data";
import { boxNorm, pck } from "@kindling/pose";
import type { Evaluation } from "./evaluator.ts";

/** PCK of every exit, 0–1, in the order of the network's outputs, from an evaluation that read them; none for a network with one. */
export function exitScores({ predictions }: Pick<Evaluation, "predictions">, { samples }: Dataset, threshold: number): readonly number[] {
  return (predictions[0]?.exits ?? []).map((_, exit) => {
    const measured = predictions.map(({ sample, exits }) => {
      const { keypoints: truth, box } = samples[sample]!;
      return { predicted: exits![exit]!, truth, norm: boxNorm(box) }; // the first has them, so all do
    });
    return pck(measured, threshold).pck;
  });
}
