/** A point or direction in space: x to the right of the image, y down, z towards the viewer. */
export type Vector = readonly [number, number, number];

/** A rotation of space. */
export type Turn = (v: Vector) => Vector;

export function add(a: Vector, b: Vector, factor = 1): Vector {
  return [a[0] + b[0] * factor, a[1] + b[1] * factor, a[2] + b[2] * factor];
}

export function dot(a: Vector, b: Vector): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

export function normalize(v: Vector): Vector {
  const length = Math.sqrt(dot(v, v));
  return [v[0] / length, v[1] / length, v[2] / length];
}

/** Turns up towards the viewer and the viewer's side down: a nod. Degrees. */
export function aboutX(angle: number): Turn {
  const [cos, sin] = circle(angle);
  return ([x, y, z]) => [x, y * cos + z * sin, z * cos - y * sin];
}

/** Turns the viewer's side to the right of the image. Degrees. */
export function aboutY(angle: number): Turn {
  const [cos, sin] = circle(angle);
  return ([x, y, z]) => [x * cos + z * sin, y, z * cos - x * sin];
}

/** Turns up to the right, in the plane of the image. Degrees. */
export function aboutZ(angle: number): Turn {
  const [cos, sin] = circle(angle);
  return ([x, y, z]) => [x * cos - y * sin, x * sin + y * cos, z];
}

/** The turns one after another, the last one named first: inSequence(a, b)(v) = a(b(v)). */
export function compose(...turns: readonly Turn[]): Turn {
  return (v) => turns.reduceRight((moved, turn) => turn(moved), v);
}

/** The direction turned by `angle` degrees within the plane it spans with `toward`, towards that. */
export function bend(direction: Vector, toward: Vector, angle: number): Vector {
  const across = add(toward, direction, -dot(toward, direction));
  if (dot(across, across) < 1e-9) return direction; // parallel: there is no plane to turn in
  const [cos, sin] = circle(angle);
  const side = normalize(across);
  return [direction[0] * cos + side[0] * sin, direction[1] * cos + side[1] * sin, direction[2] * cos + side[2] * sin];
}

function circle(angle: number): readonly [number, number] {
  return [Math.cos((angle * Math.PI) / 180), Math.sin((angle * Math.PI) / 180)];
}
