import type { HeightWidth, ModelCard } from "@kindling/models";
import { poseDecoder } from "./poseDecoder.ts";

/**
 * Places, among a network's outputs, of what loss terms over outputs compare: what it predicts with, or all maps of a network that finds all persons,
 * whose every stage learns. @throws NetworkError for a network without key points.
 */
export function trainedOutputs(card: ModelCard, input: HeightWidth): readonly number[] {
  return card.codec.kind === "pafs" ? [...card.outputs(input).keys()] : poseDecoder(card, input).reads;
}
