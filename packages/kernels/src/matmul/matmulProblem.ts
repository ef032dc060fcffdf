/** y [batch, m, n] = a · b; a is [batch, m, k], with `transposeA` [batch, k, m]; b is [batch, k, n], with `transposeB` [batch, n, k]. */
export type MatmulProblem = {
  readonly batch: number;
  readonly m: number;
  readonly k: number;
  readonly n: number;
  readonly transposeA: boolean;
  readonly transposeB: boolean;
};

/** Uniform fields: sizes, and how far apart neighbours in a column (`Row`) and in a row (`Column`) of a and of b lie, as they are multiplied. */
export const matmulUniforms = {
  batch: "u32",
  m: "u32",
  k: "u32",
  n: "u32",
  aRow: "u32",
  aColumn: "u32",
  bRow: "u32",
  bColumn: "u32",
} as const;

/** Uniforms of a product: a transpose is nothing but other strides. */
export function matmulUniformValues({ batch, m, k, n, transposeA, transposeB }: MatmulProblem): {
  readonly [K in keyof typeof matmulUniforms]: number;
} {
  const [aRow, aColumn] = transposeA ? [1, m] : [k, 1];
  const [bRow, bColumn] = transposeB ? [1, k] : [n, 1];
  return { batch, m, k, n, aRow, aColumn, bRow, bColumn };
}

/** Floating point operations, two a multiply–add. */
export function matmulFlops({ batch, m, k, n }: MatmulProblem): number {
  return 2 * batch * m * k * n;
}

/** Bytes of a, b and y together in f32. */
export function matmulBytes({ batch, m, k, n }: MatmulProblem): number {
  return 4 * batch * (m * k + k * n + m * n);
}
