import { type Aval, ShapeError } from "@kindling/gpu";
import type { EmbeddingProblem } from "@kindling/kernels";

/** Samples and width of each of these embeddings [n, width]. @throws ShapeError unless all have the same samples, `fewest` or more. */
export function embeddingsOf(op: string, fewest: number, ...embeddings: readonly Aval[]): readonly EmbeddingProblem[] {
  return embeddings.map(({ shape }) => {
    const [samples = 0, size = 0] = shape;
    if (shape.length !== 2 || samples < fewest || samples !== embeddings[0]!.shape[0]) {
      throw new ShapeError(op, `embeddings must be [n, width] of the same ${fewest} or more samples`, ...embeddings);
    }
    return { samples, size };
  });
}
