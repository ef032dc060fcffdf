/** Values in float64 and, for each, Σ|terms|: what its rounding error is proportional to. */
export interface Reference {
  readonly value: Float64Array;
  readonly magnitude: Float64Array;
  /** Terms of one sum. */
  readonly terms: number;
}
