import { type Graph, type Tensor, unpackImage } from "@kindling/autograd";
import type { ModelCard } from "@kindling/models";

/** Name of the input that holds packed RGBA crops, u32 [n,h,w]. */
export const imageInput = "image";

/**
 * The crops of a batch as one network wants them: each model normalises the same bytes by its own card → [n,h,w,4]. Stored in `precision`,
 * default f32, which all that a network computes of them follows.
 */
export function recordImages(
  graph: Graph,
  batch: number,
  [height, width]: readonly [number, number],
  card: ModelCard,
  precision: "f32" | "f16" = "f32",
): Tensor {
  const packed = graph.inputs.get(imageInput) ?? graph.input(imageInput, [batch, height, width], "u32");
  return unpackImage(packed, { ...card.input, dtype: precision });
}
