import type { Point } from "../boxes/affine.ts";
import type { Vector } from "./vector.ts";

/** Where a body stands in the picture: parallel projection. */
export interface View {
  /** Pixels per body unit. */
  readonly scale: number;
  /** Image pixel of the body's origin, the point between the hips. */
  readonly origin: Point;
}

/** The image pixel of a point of the body. */
export function project({ scale, origin }: View, [x, y]: Vector): Point {
  return [origin[0] + x * scale, origin[1] + y * scale];
}
