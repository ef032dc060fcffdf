import type { Point } from "../boxes/affine.ts";
import type { Appearance } from "./appearance.ts";
import type { Body, Build } from "./body.ts";
import { css, shade } from "./color.ts";
import { leftJoint, limb } from "./limbs.ts";
import { ellipseOutline, type Outline, rectangleOutline, smooth } from "./outline.ts";
import type { Fill, Mark, Part } from "./shape.ts";
import { add, type Vector } from "./vector.ts";
import { project, type View } from "./view.ts";

/** Shirt, hips of the trousers, and neck. */
export function trunkParts(view: View, body: Body, build: Build, appearance: Appearance): Part[] {
  const { skin, shirt, trousers } = appearance;
  const depth = body.neck[2] / 2 + 0.012;
  const girth = Math.sqrt(build.girth);
  const sections = sectionsOf(body, build, shirt.hem, girth).map((section) => edges(view, body, section));
  const right = smooth(sections.map(({ right }) => right));
  const left = smooth(sections.map(({ left }) => left));
  const shoulders = body.shoulders.flatMap((shoulder, i) => (onNearSide(shoulder, body.neck, build) ? [leftJoint("shoulder") + i] : []));
  const hips = body.hips.flatMap((hip, i) => (onNearSide(hip, [0, 0, 0], build) ? [leftJoint("hip") + i] : []));
  const torso = {
    outline: [...right, ...left.reverse()],
    fill: clothFill(appearance, sections),
    marks: torsoMarks(view, body, build, appearance, sections),
    joints: [...shoulders, ...hips],
  };
  const radius = 0.058 * girth;
  const pelvis = limb(view, body.hips[0], body.hips[1], [radius, radius, radius], trousers.color, hips);
  const neckTop = add(body.headCenter, body.headTurn([0, build.head[1] * 0.4, -0.01]));
  const neckBase = add(body.neck, body.trunkTurn([0, 0.015, 0]));
  const neck = limb(view, neckBase, neckTop, [0.036 * girth, 0.03 * girth, 0.03 * girth], shade(skin, 0.85), []);
  return [
    { depth: -0.001, shapes: [pelvis] },
    { depth: depth - 0.001, shapes: [neck] },
    { depth, shapes: [torso] },
  ];
}

/** A cross-section of the trunk: an ellipse with half axes `wide` (to the person's left) and `deep` (forward). */
interface Section {
  readonly center: Vector;
  /** 0 at the neck, 1 at the hips: how much it turns with the pelvis. */
  readonly along: number;
  readonly wide: number;
  readonly deep: number;
}

interface Edges {
  readonly left: Point;
  readonly right: Point;
}

/** The trunk hides what lies deeper than half its own depth behind its middle: its far shoulder and hip in a side view. */
function onNearSide(joint: Vector, middle: Vector, build: Build): boolean {
  return joint[2] - middle[2] > -0.065 * build.girth;
}

function sectionsOf({ neck }: Body, { shoulderHalf, hipHalf, trunk }: Build, hem: number, girth: number): Section[] {
  const rows: readonly (readonly [number, number, number])[] = [
    [-0.06, 0.036, 0.036],
    [0, shoulderHalf * 0.62, 0.045],
    [0.06, shoulderHalf + 0.012, 0.055],
    [0.16, shoulderHalf + 0.014, 0.062],
    [0.38, shoulderHalf * 0.98, 0.068],
    [0.66, (shoulderHalf + hipHalf) * 0.5, 0.06],
    [0.9, hipHalf + 0.046, 0.066],
    [1.06 + hem / trunk, hipHalf + 0.06, 0.074],
  ];
  return rows.map(([along, wide, deep]) => {
    // Below the hips cloth hangs straight down.
    const hang = Math.max(0, along - 1) * trunk;
    return {
      center: [neck[0] * (1 - Math.min(1, along)), neck[1] * (1 - Math.min(1, along)) + hang, 0],
      along,
      wide: wide * girth,
      deep: deep * girth,
    };
  });
}

/** The outermost points of a section in the image, across the spine. */
function edges(view: View, body: Body, { center, along, wide, deep }: Section): Edges {
  const mix = Math.min(1, Math.max(0, along));
  const axis = (v: Vector): Vector => add(body.trunkTurn(v), add(body.pelvisTurn(v), body.trunkTurn(v), -1), mix);
  const length = Math.hypot(body.neck[0], body.neck[1]);
  const across: Point = [-body.neck[1] / length, body.neck[0] / length];
  const reach = (v: Vector): number => v[0] * across[0] + v[1] * across[1];
  const half = Math.hypot(reach(axis([wide, 0, 0])), reach(axis([0, 0, deep])));
  const [x, y] = project(view, center);
  return {
    left: [x - across[0] * half * view.scale, y - across[1] * half * view.scale],
    right: [x + across[0] * half * view.scale, y + across[1] * half * view.scale],
  };
}

function clothFill({ shirt }: Appearance, sections: readonly Edges[]): Fill {
  const { left, right } = sections[3]!; // the chest
  const stops = [0.95, 1.1, 0.95, 0.62].map((light, i): readonly [number, string] => [i / 3, css(shade(shirt.color, light))]);
  return { from: left, to: right, stops };
}

/** What tells front from back: neckline, buttons and a pocket (on the person's left) in front, a yoke behind; stripes all round. */
function torsoMarks(view: View, body: Body, build: Build, { skin, shirt }: Appearance, sections: readonly Edges[]): Mark[] {
  const front = body.trunkTurn([0, 0, 1])[2] > 0;
  const trim = css(shirt.trim);
  const marks: Mark[] = [];
  const onChest = (across: number, down: number): Point =>
    project(
      view,
      add(
        body.neck,
        body.trunkTurn([across * build.shoulderHalf, down * build.trunk, Math.sqrt(1 - across ** 2) * 0.055 * (front ? 1 : -1)]),
      ),
    );
  const patch = (...corners: readonly (readonly [number, number])[]): Outline => corners.map(([across, down]) => onChest(across, down));
  const line = (points: readonly Point[], width: number): Outline => [
    ...points.map(([x, y]): Point => [x - width / 2, y]),
    ...points.map(([x, y]): Point => [x + width / 2, y]).reverse(),
  ];
  if (shirt.pattern === "stripes") {
    for (let i = 0; i < 6; i++) {
      const [a, b] = [0.14 + i * 0.17, 0.21 + i * 0.17];
      marks.push({ outline: [at(sections, a).left, at(sections, a).right, at(sections, b).right, at(sections, b).left], fill: trim });
    }
  }
  if (!front) {
    if (shirt.pattern === "yoke") marks.push({ outline: patch([-1, -0.1], [1, -0.1], [1, 0.24], [-1, 0.24]), fill: trim });
    return marks;
  }
  if (shirt.pattern === "buttons") {
    marks.push({
      outline: line([onChest(0, 0), onChest(0, 0.4), onChest(0, 0.75), onChest(0, 1.4)], 0.022 * view.scale),
      fill: css(shade(shirt.color, 0.8)),
    });
    for (const down of [0.3, 0.5, 0.7, 0.9]) {
      const [x, y] = onChest(0, down);
      marks.push({ outline: ellipseOutline([x, y], [0.007 * view.scale, 0], [0, 0.007 * view.scale], 10), fill: trim });
    }
  }
  if (shirt.pattern === "pocket") {
    const [x, y] = onChest(0.55, 0.3);
    const side = 0.05 * view.scale;
    marks.push({ outline: rectangleOutline(x - side / 2, y, side, side * 1.1), fill: trim });
  }
  const collar = patch([-0.46, -0.14], [0.46, -0.14], [0.36, 0.02], [0.16, 0.14], [0, 0.2], [-0.16, 0.14], [-0.36, 0.02]);
  const neckline = patch([-0.38, -0.14], [0.38, -0.14], [0.28, 0.02], [0.12, 0.11], [0, 0.16], [-0.12, 0.11], [-0.28, 0.02]);
  return [...marks, { outline: collar, fill: trim }, { outline: neckline, fill: css(shade(skin, 0.93)) }];
}

/** The edges of the trunk at a place along the spine, between the sections: 0 is the shoulders' height, 1 the hem. */
function at(sections: readonly Edges[], along: number): Edges {
  const place = 2 + along * (sections.length - 3);
  const i = Math.min(sections.length - 2, Math.floor(place));
  const [a, b] = [sections[i]!, sections[i + 1]!];
  const mix = (from: Point, to: Point): Point => [from[0] + (to[0] - from[0]) * (place - i), from[1] + (to[1] - from[1]) * (place - i)];
  return { left: mix(a.left, b.left), right: mix(a.right, b.right) };
}
