/** x [rows, channels]: all pixels of a batch; mean, variance, weight and bias [channels]. */
export type BatchNormProblem = {
  readonly rows: number;
  readonly channels: number;
  /** Added to the variance. */
  readonly epsilon: number;
};

/** Uniform fields of the kernels of batch norm. */
export const batchNormUniforms = { rows: "u32", channels: "u32", epsilon: "f32" } as const;
