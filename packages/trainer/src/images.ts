import { type Graph, type Tensor, unpackImage } from "@kindling/autograd";
import type { ModelCard } from "@kindling/models";

/** Name of the input that holds packed RGBA crops, u32 [n,h,w]. */
export const imageInput = "image";

/** The crops of a batch as one network wants them: each model normalises the same bytes by its own card → f32 [n,h,w,4]. */
export function recordImages(graph: Graph, batch: number, [height, width]: readonly [number, number], card: ModelCard): Tensor {
  const packed = graph.inputs.get(imageInput) ?? graph.input(imageInput, [batch, height, width], "u32");
  return unpackImage(packed, card.input);
}
