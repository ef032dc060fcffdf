import type { Point } from "../boxes/affine.ts";

/** A closed polygon in image pixels. Everything drawn is one, so that what is hidden can be computed exactly. */
export type Outline = readonly Point[];

/** Whether a point lies inside, by the nonzero rule that SVG fills by. Source: Sunday 2001, "Inclusion of a point in a polygon". */
export function covers(outline: Outline, [x, y]: Point): boolean {
  let winding = 0;
  let [ax, ay] = outline.at(-1) ?? [0, 0];
  for (const [bx, by] of outline) {
    const left = (bx - ax) * (y - ay) - (x - ax) * (by - ay);
    if (ay <= y && by > y && left > 0) winding++;
    if (ay > y && by <= y && left < 0) winding--;
    [ax, ay] = [bx, by];
  }
  return winding !== 0;
}

/** A limb seen from the side: round ends, and radii at its start, where it is strongest (a third of the way) and at its end. */
export function limbOutline(from: Point, to: Point, [first, middle, last]: readonly [number, number, number]): Outline {
  const axis = Math.atan2(to[1] - from[1], to[0] - from[0]);
  const at = (t: number, angle: number, radius: number): Point => [
    from[0] + (to[0] - from[0]) * t + Math.cos(axis + angle) * radius,
    from[1] + (to[1] - from[1]) * t + Math.sin(axis + angle) * radius,
  ];
  const radius = (t: number): number =>
    t < strongest ? ease(first, middle, t / strongest) : ease(middle, last, (t - strongest) / (1 - strongest));
  const start = arc.map((angle) => at(0, Math.PI / 2 + angle, first));
  const end = arc.map((angle) => at(1, angle - Math.PI / 2, last));
  const side = (angle: number): Point[] => sections.map((t) => at(t, angle, radius(t)));
  return [...start, ...side(-Math.PI / 2), ...end, ...side(Math.PI / 2).reverse()];
}

/** The ellipse center + u·cos t + v·sin t. */
export function ellipseOutline(center: Point, u: Point, v: Point, corners = 24): Outline {
  return Array.from({ length: corners }, (_, i): Point => {
    const t = (2 * Math.PI * i) / corners;
    return [center[0] + u[0] * Math.cos(t) + v[0] * Math.sin(t), center[1] + u[1] * Math.cos(t) + v[1] * Math.sin(t)];
  });
}

/** A rectangle with its sides along the axes. */
export function rectangleOutline(x: number, y: number, width: number, height: number): Outline {
  return [
    [x, y],
    [x + width, y],
    [x + width, y + height],
    [x, y + height],
  ];
}

/** The points joined by a smooth open curve through all of them (Catmull and Rom 1974). */
export function smooth(points: readonly Point[], steps = 4): Point[] {
  const curve: Point[] = [];
  for (let i = 0; i + 1 < points.length; i++) {
    const b = points[i]!;
    const c = points[i + 1]!;
    const [a, d] = [points[i - 1] ?? b, points[i + 2] ?? c];
    for (let step = 0; step < steps; step++) {
      const t = step / steps;
      const blend = (k: 0 | 1): number =>
        b[k] + 0.5 * t * (c[k] - a[k] + t * (2 * a[k] - 5 * b[k] + 4 * c[k] - d[k] + t * (3 * (b[k] - c[k]) + d[k] - a[k])));
      curve.push([blend(0), blend(1)]);
    }
  }
  const end = points.at(-1);
  return end ? [...curve, end] : curve;
}

const strongest = 0.35;
const sections: readonly number[] = [0.15, 0.35, 0.55, 0.8];
const arc: readonly number[] = [0, 1, 2, 3, 4, 5, 6].map((i) => (Math.PI * i) / 6);

function ease(from: number, to: number, t: number): number {
  return from + (to - from) * t * t * (3 - 2 * t);
}
