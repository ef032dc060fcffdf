import { type Device, LimitError, sizeOf } from "@kindling/gpu";
import { largestBatch } from "./largestBatch.ts";
import { microBatchSize } from "./microBatches.ts";
import type { Networks } from "./networks.ts";
import type { Recipe } from "./recipe.ts";
import { stepCosts } from "./stepCosts.ts";

/** The error with what planning smaller batches, which takes no memory of the GPU, says about it. */
export function explainLimit(error: LimitError, { capabilities }: Device, recipe: Recipe, networks: Networks): LimitError {
  const { batchSize } = recipe.data;
  const atOnce = microBatchSize(recipe);
  const limit = Math.min(capabilities.maxBindingBytes, capabilities.maxBufferBytes);
  const costsOf = (size: number) =>
    Object.values(stepCosts({ ...recipe, accumulate: 1, data: { ...recipe.data, batchSize: size } }, networks));
  const fits = (size: number) => costsOf(size).every(({ largestBytes }) => largestBytes <= limit);
  if (!fits(atOnce)) {
    const largest = largestBatch(atOnce, fits);
    if (largest === 0) return new LimitError(`${error.message}; not even batchSize 1 fits`);
    const keep = largest < batchSize ? `, or keep batchSize ${batchSize} with accumulate=${partsOf(batchSize, largest)}` : "";
    return new LimitError(`${error.message}; the largest batch that fits at once is of ${largest}${keep}`);
  }
  const activations = (size: number) => costsOf(size).reduce((sum, { plannedBytes }) => sum + plannedBytes, 0);
  const mebibytes = (bytes: number) => `${(bytes / 2 ** 20).toFixed(0)} MiB`;
  const step = `${error.message}; a step with ${atOnce} images at once takes ${mebibytes(activations(atOnce))} beside the networks`;
  if (atOnce === 1) return new LimitError(step);
  const parts = partsOf(batchSize, atOnce - 1);
  // The first who accumulates needs one more arena.
  const sums = recipe.accumulate === 1 ? networks.store.segments.reduce((sum, { gradients }) => sum + 4 * sizeOf(gradients.shape), 0) : 0;
  return new LimitError(`${step}, with accumulate=${parts} ${mebibytes(activations(batchSize / parts) + sums)}`);
}

/** The fewest equal parts of a batch that have at most `largest` images each. */
function partsOf(batchSize: number, largest: number): number {
  let parts = Math.ceil(batchSize / largest);
  while (batchSize % parts !== 0) parts++;
  return parts;
}
