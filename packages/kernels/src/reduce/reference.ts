import { type Shape, sizeOf } from "@kindling/gpu";
import { broadcastReference } from "../binary/reference.ts";
import type { Reference } from "../reference.ts";

/** scale · Σ x, in float64. */
export function sumReference(x: Float64Array, scale: number): Reference {
  const sum = x.reduce((total, value) => total + value, 0);
  const magnitude = x.reduce((total, value) => total + Math.abs(value), 0);
  return { value: Float64Array.of(scale * sum), magnitude: Float64Array.of(Math.abs(scale) * magnitude), terms: x.length };
}

/** scale · Σ x over the axes of `shape` along which `kept` has size 1, in float64; axes aligned right. */
export function axesSumReference(x: Float64Array, shape: Shape, kept: Shape, scale: number): Reference {
  const size = sizeOf(kept);
  const places = broadcastReference(
    Float64Array.from({ length: size }, (_, i) => i),
    kept,
    shape,
  );
  const [value, magnitude] = [new Float64Array(size), new Float64Array(size)];
  for (const [at, place] of places.entries()) {
    value[place] = value[place]! + scale * x[at]!;
    magnitude[place] = magnitude[place]! + Math.abs(scale * x[at]!);
  }
  return { value, magnitude, terms: x.length / size };
}

/** √Σ x² over several tensors: the joint L2 norm. Its relative error is half that of a sum of positive terms. */
export function normReference(tensors: readonly Float64Array[]): Reference {
  let squares = 0;
  for (const tensor of tensors) for (const value of tensor) squares += value ** 2;
  const norm = Math.sqrt(squares);
  return {
    value: Float64Array.of(norm),
    magnitude: Float64Array.of(norm),
    terms: tensors.reduce((count, tensor) => count + tensor.length, 1),
  };
}
