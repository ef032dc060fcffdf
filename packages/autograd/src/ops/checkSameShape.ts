import { type Aval, ShapeError, sameShape } from "@kindling/gpu";

/** What a loss compares may be stored differently, but has one shape. @throws ShapeError when it has not. */
export function checkSameShape(op: string, a: Aval, b: Aval): void {
  if (!sameShape(a.shape, b.shape)) throw new ShapeError(op, "what is compared must have one shape", a, b);
}
