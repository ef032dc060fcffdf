import type { Batch } from "@kindling/data";
import { createRandom } from "@kindling/pose";
import type { Recipe } from "../recipe.ts";

/** A batch of the recipe's sizes: seeded pictures and blobs, about half of the joints visible. */
export function randomBatch({ data: { batchSize, input, heatmap }, student: { joints } }: Recipe, seed = 3): Batch {
  const random = createRandom(seed);
  const cells = heatmap[0] * heatmap[1];
  return {
    image: Uint8Array.from({ length: batchSize * input[0] * input[1] * 4 }, () => 256 * random()),
    targets: {
      target: Float32Array.from({ length: batchSize * cells * joints }, () => random() ** 8),
      mask: Float32Array.from({ length: batchSize * joints }, () => Math.round(random())),
    },
    indices: Uint32Array.from({ length: batchSize }, (_, i) => i),
    valid: batchSize,
  };
}
