import { type Aval, type Shape, ShapeError } from "@kindling/gpu";

/**
 * The shape of x without some axes, negative ones counted from the last: with size 1 in their place, and dropped.
 * @throws ShapeError when x has no such axis or one is named twice.
 */
export function keptShape(op: string, x: Aval, axes: readonly number[]): { readonly kept: Shape; readonly dropped: Shape } {
  const rank = x.shape.length;
  const chosen = new Set<number>();
  for (const axis of axes) {
    if (!Number.isInteger(axis) || axis < -rank || axis >= rank) throw new ShapeError(op, `x must have an axis ${axis}`, x);
    const position = axis < 0 ? axis + rank : axis;
    if (chosen.has(position)) throw new ShapeError(op, `axis ${position} is named twice`, x);
    chosen.add(position);
  }
  return {
    kept: x.shape.map((size, axis) => (chosen.has(axis) ? 1 : size)),
    dropped: x.shape.filter((_, axis) => !chosen.has(axis)),
  };
}
