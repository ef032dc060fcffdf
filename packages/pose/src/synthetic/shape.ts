import type { Point } from "../boxes/affine.ts";
import { type Color, css, shade } from "./color.ts";
import { covers, type Outline } from "./outline.ts";

/** A CSS colour, or colours along a line in image pixels; offsets run from 0 at `from` to 1 at `to`. */
export type Fill = string | { readonly from: Point; readonly to: Point; readonly stops: readonly (readonly [number, string])[] };

/** Paint on the surface of a shape, cut off at its edge, so that it hides nothing itself. */
export interface Mark {
  readonly outline: Outline;
  readonly fill: Fill;
}

/** One opaque thing in the picture: a part of a person, of its clothes, of the background or of an obstacle. */
export interface Shape extends Mark {
  readonly marks: readonly Mark[];
  /** COCO-17 joints of its person that lie on its surface: it shows them and does not hide them. */
  readonly joints: readonly number[];
}

/** Shapes at one distance; parts nearer to the viewer are drawn later. */
export interface Part {
  /** Towards the viewer, in body units. */
  readonly depth: number;
  readonly shapes: readonly Shape[];
}

/** A shape without marks or joints. */
export function plain(outline: Outline, fill: Fill): Shape {
  return { outline, fill, marks: [], joints: [] };
}

/** Light from the upper left falling on something round about the line from–to with the given radius. */
export function roundFill(color: Color, from: Point, to: Point, radius: number): Fill {
  const length = Math.hypot(to[0] - from[0], to[1] - from[1]);
  const across: Point = length > radius / 2 ? [-(to[1] - from[1]) / length, (to[0] - from[0]) / length] : [0.7, 0.7];
  const away = across[0] + across[1] > 0 ? radius : -radius;
  const [x, y] = [(from[0] + to[0]) / 2, (from[1] + to[1]) / 2];
  return {
    from: [x - across[0] * away, y - across[1] * away],
    to: [x + across[0] * away, y + across[1] * away],
    stops: [
      [0, css(shade(color, 0.95))],
      [0.3, css(shade(color, 1.12))],
      [0.65, css(shade(color, 0.9))],
      [1, css(shade(color, 0.6))],
    ],
  };
}

/** The last of the shapes that covers the point, which is the one to be seen there, or undefined. */
export function topmost<S extends Shape>(shapes: readonly S[], point: Point): S | undefined {
  return shapes.findLast((shape) => covers(shape.outline, point));
}
