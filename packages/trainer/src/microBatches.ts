import type { Batch } from "@kindling/data";
import { lossShare } from "./losses/lossShare.ts";
import type { Recipe } from "./recipe.ts";

/** A part of a batch that is on the GPU at once. */
export interface MicroBatch {
  /** Views of the whole batch's memory. */
  readonly batch: Batch;
  /** What each loss term of the part counts in the whole batch's; they add up to 1 over the parts. */
  readonly lossShares: readonly number[];
}

/** Samples that are on the GPU at once: `batchSize` in `accumulate` parts. */
export function microBatchSize({ data: { batchSize }, accumulate }: Recipe): number {
  return batchSize / accumulate;
}

/** The parts of a full batch, in order; one, the batch itself, for a recipe that does not accumulate. */
export function microBatches(recipe: Recipe, batch: Batch): readonly MicroBatch[] {
  if (recipe.accumulate === 1) return [{ batch, lossShares: recipe.losses.map(() => 1) }];
  const size = microBatchSize(recipe);
  return Array.from({ length: recipe.accumulate }, (_, i) => {
    const part = partOf(batch, i * size, size);
    return { batch: part, lossShares: recipe.losses.map((term) => lossShare(term, part, batch)) };
  });
}

/** `size` samples of a batch from `start` on. */
function partOf(batch: Batch, start: number, size: number): Batch {
  const samples = batch.indices.length;
  const view = <A extends Uint8Array<ArrayBuffer> | Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>>(values: A): A => {
    const perSample = values.length / samples;
    return values.subarray(start * perSample, (start + size) * perSample) as A; // subarray keeps the class
  };
  const views = (named: Readonly<Record<string, Float32Array<ArrayBuffer>>>) =>
    Object.fromEntries(Object.entries(named).map(([name, values]) => [name, view(values)]));
  return {
    image: view(batch.image),
    targets: views(batch.targets),
    ...(batch.teachers ? { teachers: views(batch.teachers) } : {}),
    indices: view(batch.indices),
    valid: Math.max(0, Math.min(size, batch.valid - start)),
  };
}
