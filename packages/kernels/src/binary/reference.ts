import { type Shape, sizeOf } from "@kindling/gpu";
import type { Reference } from "../reference.ts";

/** `smaller`, of shape `own`, as a tensor of `shape`: each axis of size 1 repeated, axes aligned right. */
export function broadcastReference(smaller: Float64Array, own: Shape, shape: Shape): Float64Array {
  return Float64Array.from({ length: sizeOf(shape) }, (_, at) => {
    let [rest, index, stride] = [at, 0, 1];
    for (let back = 1; back <= shape.length; back++) {
      const position = rest % shape.at(-back)!;
      rest = (rest - position) / shape.at(-back)!;
      const size = own.at(-back) ?? 1;
      if (back <= own.length && size > 1) index += position * stride;
      stride *= size;
    }
    return smaller[index]!;
  });
}

/** `formula` of each element of a and the one of b that broadcasting puts beside it; `magnitude` is |a| + |b|, unless given. */
export function binaryReference(
  [a, aShape]: readonly [Float64Array, Shape],
  [b, bShape]: readonly [Float64Array, Shape],
  formula: (a: number, b: number) => number,
  magnitude: (a: number, b: number) => number = (left, right) => Math.abs(left) + Math.abs(right),
): Reference {
  const other = broadcastReference(b, bShape, aShape);
  return {
    value: a.map((left, at) => formula(left, other[at]!)),
    magnitude: a.map((left, at) => magnitude(left, other[at]!)),
    terms: 2,
  };
}
