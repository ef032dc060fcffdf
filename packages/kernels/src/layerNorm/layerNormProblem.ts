/** x [rows, length], each row normalised by itself; mean and rstd [rows], weight and bias [length]. */
export type LayerNormProblem = { readonly rows: number; readonly length: number };

/** Uniform fields of the kernels of layer norm. */
export const layerNormUniforms = { rows: "u32", length: "u32" } as const;
