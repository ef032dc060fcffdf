import { Tensor } from "@kindling/autograd";
import { heatmapsAt, type ModelCard } from "./modelCard.ts";
import type { Mode, Module, Tensors } from "./module.ts";

/** A network from a normalised image [n,h,w,4] to the tensors that `card.outputs([h,w])` lists, [n,…shape] each: one alone, or several in order. */
export type PoseModel = Module<Tensor, Tensors> & { readonly card: ModelCard };

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
