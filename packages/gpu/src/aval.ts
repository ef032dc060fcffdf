/** Sizes per axis, outermost first. Images are [batch, height, width, channels]. */
export type Shape = readonly number[];

/** How elements are stored. Sums accumulate in f32 whatever the storage. */
export type DType = "f32" | "f16" | "u32";

/** Abstract value: all that is known of a tensor before it holds numbers (the term is JAX's). */
export interface Aval {
  readonly shape: Shape;
  readonly dtype: DType;
}

/** Bytes of one stored element. */
export const bytesPerElement: Readonly<Record<DType, number>> = { f32: 4, f16: 2, u32: 4 };

/** Number of elements of a shape; 1 for a scalar. */
export function sizeOf(shape: Shape): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** Bytes that the elements take, rounded up to the 4 that WebGPU's copies and bindings need. */
export function byteLengthOf(aval: Aval): number {
  return Math.max(4, Math.ceil((sizeOf(aval.shape) * bytesPerElement[aval.dtype]) / 4) * 4);
}

/** Whether two shapes are equal. */
export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((size, axis) => size === b[axis]);
}

/** Short text of a value's type: `f32[5,7]`. */
export function showAval(aval: Aval): string {
  return `${aval.dtype}[${aval.shape.join(",")}]`;
}

/** Operands whose shapes do not fit the op. */
export class ShapeError extends Error {
  override readonly name = "ShapeError";
  constructor(op: string, requirement: string, ...operands: readonly Aval[]) {
    super(`${op}: ${requirement}; got ${operands.map(showAval).join(", ") || "nothing"}`);
  }
}

/** Operands whose storage types do not fit the op. */
export class DTypeError extends Error {
  override readonly name = "DTypeError";
  constructor(op: string, requirement: string, ...operands: readonly Aval[]) {
    super(`${op}: ${requirement}${operands.length > 0 ? `; got ${operands.map(showAval).join(", ")}` : ""}`);
  }
}
