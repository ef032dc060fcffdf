import { type Aval, ShapeError, sizeOf } from "@kindling/gpu";
import type { Axis } from "@kindling/kernels";

/** What a distribution extends over: the pixels of each map of [n,h,w,k], or the last axis of any tensor. */
export type DistributionAxis = "pixels" | "last";

/** The sizes before, of and after the axis. @throws ShapeError when x has no such axis. */
export function axisOf(op: string, x: Aval, axis: DistributionAxis): Axis {
  const { shape } = x;
  if (axis === "last") {
    if (shape.length < 1) throw new ShapeError(op, "x must have an axis", x);
    const length = shape[shape.length - 1]!;
    return { outer: sizeOf(shape) / length, length, inner: 1 };
  }
  return heatmapAxis(op, x);
}

/** Heatmaps [n,h,w,k] as [n, h·w, k]. @throws ShapeError for any other rank. */
export function heatmapAxis(op: string, x: Aval): Axis {
  const [n = 0, h = 0, w = 0, k = 0] = x.shape;
  if (x.shape.length !== 4) throw new ShapeError(op, "heatmaps must be [n,h,w,k]", x);
  return { outer: n, length: h * w, inner: k };
}

/** @throws ShapeError unless the mask has one number a map of the heatmaps [n,h,w,k]. */
export function checkMask(op: string, heatmaps: Aval, mask: Aval): void {
  const { outer, inner } = heatmapAxis(op, heatmaps);
  if (mask.shape.length !== 2 || mask.shape[0] !== outer || mask.shape[1] !== inner) {
    throw new ShapeError(op, `the mask must have one number for each of ${outer} × ${inner} maps`, heatmaps, mask);
  }
}
