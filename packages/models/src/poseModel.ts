import { Tensor, type Variable } from "@kindling/autograd";
import { heatmapsAt, type ModelCard } from "./modelCard.ts";
import type { Mode, Module, Tensors } from "./module.ts";

/** A network from a normalised image [n,h,w,4] to the tensors that `card.outputs([h,w])` lists, [n,…shape] each: one alone, or several in order. */
export type PoseModel = Module<Tensor, Tensors> & {
  readonly card: ModelCard;
  /** For a network that can start from the pretrained layers of another: what a file with tensors of these names gives it. */
  backboneOf?(names: ReadonlySet<string>): BackboneFile;
};

/** Pretrained layers in a file. */
export interface BackboneFile {
  /** Variables by the file's names; it must have all of them. */
  readonly variables: ReadonlyMap<string, Variable>;
  /** Whether a tensor of the file belongs to the head of the network it was saved from, which is left out. */
  readonly isHead: (name: string) => boolean;
}

/** All tensors that a network puts out, in the order of its card. */
export function outputsOf(model: PoseModel, image: Tensor, mode: Mode): readonly Tensor[] {
  const made = model.call(image, mode);
  return made instanceof Tensor ? [made] : made;
}

/** The heatmaps [n,h',w',k] that a network predicts with. @throws ModelError for a network without heatmaps. */
export function heatmapsOf(model: PoseModel, image: Tensor, mode: Mode): Tensor {
  const [, height, width] = image.shape;
  const at = heatmapsAt(model.card, [height!, width!]); // before the network is recorded
  return outputsOf(model, image, mode)[at]!;
}
