import type { UniformValues } from "@kindling/gpu";

/** Vectors [rows, bins], one a sample and joint. */
export type SimccKlProblem = {
  readonly rows: number;
  readonly bins: number;
  /** The prediction's logits are beta · prediction. */
  readonly beta: number;
  /** Whether the target becomes softmax(labelBeta · target), or is taken as it is. */
  readonly labelSoftmax: boolean;
  readonly labelBeta: number;
  /** What every row is multiplied by. */
  readonly scale: number;
};

/** Uniform fields of {@link SimccKlProblem}. `extraBeta` is labelBeta − beta. */
export const simccKlUniforms = { rows: "u32", bins: "u32", beta: "f32", labelBeta: "f32", extraBeta: "f32", scale: "f32" } as const;

/** Uniform values of a call. */
export function simccKlValues(problem: SimccKlProblem): UniformValues<typeof simccKlUniforms> {
  return { ...problem, extraBeta: problem.labelBeta - problem.beta };
}
