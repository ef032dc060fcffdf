import { type Graph, resizeBilinear, type Tensor } from "@kindling/autograd";
import { type HeightWidth, type ModelCard, outputsOf, type PoseModel } from "@kindling/models";
import { recordImages } from "./images.ts";
import { nameOutputs } from "./losses/nameOutputs.ts";
import { trainedOutputs } from "./trainedOutputs.ts";

/** How a network looks at a batch in a training step. */
export interface PredictionOptions {
  /** What terms call it: `student`, `teacher`, or `teacher.NAME`. */
  readonly path: string;
  /** How bytes become its input. */
  readonly card: ModelCard;
  readonly batchSize: number;
  /** [height, width] of the crops. */
  readonly input: HeightWidth;
  /** [height, width] that it sees them at. */
  readonly seen: HeightWidth;
  readonly precision: "f32" | "f16";
}

/** What a network predicts with: the student's forward pass in training, a teacher's in evaluation. Terms find all its outputs by their names. */
export function predictionOf(graph: Graph, model: PoseModel, options: PredictionOptions): readonly Tensor[] {
  const { path, card, batchSize, input, seen, precision } = options;
  const image = recordImages(graph, batchSize, input, card, precision);
  const made = outputsOf(model, seen === input ? image : resizeBilinear(image, seen), path === "student" ? "train" : "eval");
  nameOutputs(graph, path, model.card.outputs(seen), made);
  return trainedOutputs(model.card, seen).map((at) => made[at]!);
}
