import type { Point } from "../boxes/affine.ts";
import type { Appearance } from "./appearance.ts";
import { type Body, type Build, face, sides } from "./body.ts";
import { type Color, css, shade } from "./color.ts";
import { leftJoint, limb } from "./limbs.ts";
import { ellipseOutline, type Outline } from "./outline.ts";
import { type Mark, type Part, plain, roundFill, type Shape } from "./shape.ts";
import { add, dot, normalize, type Vector } from "./vector.ts";
import { project, type View } from "./view.ts";

/** Head with face, ears and hair. Face and ears show as far as the head is turned to the viewer. */
export function headParts(view: View, body: Body, build: Build, { skin, hair }: Appearance): Part[] {
  const { headCenter, headTurn } = body;
  const depth = headCenter[2] + 0.03;
  const bald = hair.length === "bald";
  const scalp = bald ? skin : hair.color;
  const center = project(view, headCenter);
  const head: Shape = {
    outline: ellipsoidOutline(view, headCenter, headTurn, build.head),
    fill: roundFill(scalp, center, center, build.head[0] * view.scale),
    marks: faceMarks(view, body, build, skin, scalp),
    joints: jointsOfFace(body, build),
  };
  const parts: Part[] = [{ depth, shapes: [head] }, nosePart(view, body, build, skin, depth), ...earParts(view, body, build, skin, depth)];
  if (bald) return parts;
  const back = headTurn([0, -0.12 * build.head[1], -0.32 * build.head[2]]);
  const full: Vector = [build.head[0] * 1.1, build.head[1] * 1.04, build.head[2]];
  // Twice its offset: hair on the back of the head is wholly in front of the head as soon as that faces away.
  const outline = ellipsoidOutline(view, add(headCenter, back), headTurn, full);
  parts.push({ depth: depth + 2 * back[2], shapes: [plain(outline, roundFill(hair.color, center, center, full[0] * view.scale))] });
  if (hair.length === "long") parts.push(...longHair(view, body, build, hair.color, depth));
  return parts;
}

function longHair(view: View, body: Body, build: Build, color: Color, depth: number): readonly Part[] {
  const [rx, ry, rz] = build.head;
  const { headCenter, headTurn, trunkTurn, neck } = body;
  const crown = add(headCenter, headTurn([0, -0.1 * ry, -0.5 * rz]));
  const end = add(neck, trunkTurn([0, 0.05, -0.06]));
  const strand = limb(view, crown, end, [rx * 1.05, rx * 1.2, rx * 0.95], shade(color, 0.85), []);
  const facesAway = headTurn([0, 0, 1])[2] < 0;
  const locks = sides((side) => {
    const temple = add(headCenter, headTurn([side * 0.92 * rx, -0.45 * ry, 0]));
    const tip = add(headCenter, headTurn([side * 1.02 * rx, 1.05 * ry, -0.1 * rz]));
    // A lock lies on the ear, on whichever side of the head that is.
    return {
      depth: depth + headTurn([side * rx, 0, 0])[2] + 0.01,
      shapes: [limb(view, temple, tip, [rx * 0.24, rx * 0.3, rx * 0.18], color, [])],
    };
  });
  return [{ depth: facesAway ? Math.max(depth, neck[2] / 2) + 0.06 : Math.min(depth, neck[2] / 2) - 0.06, shapes: [strand] }, ...locks];
}

function earParts(view: View, body: Body, build: Build, skin: Color, depth: number): readonly Part[] {
  return sides((_, i) => {
    const ear = body.ears[i];
    const offset = ear[2] - body.headCenter[2];
    const narrow = 0.012 + 0.25 * Math.abs(offset);
    const radius = view.scale * build.head[1] * 0.24;
    const center = project(view, ear);
    const outline = ellipseOutline(center, [narrow * view.scale, 0], [0, radius], 14);
    const shape: Shape = { outline, fill: css(shade(skin, 0.84)), marks: [], joints: [leftJoint("ear") + i] };
    // Ears are fixed to the side of the head: the far one is behind it.
    return { depth: depth + (offset > -0.015 ? 0.004 : -0.004), shapes: [shape] };
  });
}

/** A nose of its own, because from the side it stands out over the edge of the head. */
function nosePart(view: View, { headCenter, headTurn }: Body, build: Build, skin: Color, depth: number): Part {
  const [, ry, rz] = build.head;
  const bridge = add(headCenter, headTurn([0, -0.08 * ry, 0.93 * rz]));
  const tip = add(headCenter, headTurn([0, face.nose[1] * ry, face.nose[2] * 0.97 * rz]));
  const shape = limb(view, bridge, tip, [ry * 0.05, ry * 0.08, ry * 0.13], shade(skin, 0.93), [0]);
  return { depth: depth + (tip[2] > headCenter[2] ? 0.002 : -0.002), shapes: [shape] };
}

/** The joints that lie on the side of the head towards the viewer. */
function jointsOfFace({ headTurn }: Body, build: Build): number[] {
  const faces = (direction: Vector): boolean => {
    // The normal of an ellipsoid at the point where its radius-1 model has this direction.
    const normal: Vector = [direction[0] / build.head[0], direction[1] / build.head[1], direction[2] / build.head[2]];
    return headTurn(normalize(normal))[2] > 0.08;
  };
  const eyes = sides((side, i) => (faces([side * face.eye[0], face.eye[1], face.eye[2]]) ? [leftJoint("eye") + i] : []));
  const ears = sides((side, i) => (faces([side * face.ear[0], face.ear[1], face.ear[2]]) ? [leftJoint("ear") + i] : []));
  return [...(faces(face.nose) ? [0] : []), ...eyes.flat(), ...ears.flat()];
}

/** A face on a head that is otherwise all hair: skin, eyes with brows, and mouth. */
function faceMarks(view: View, body: Body, build: Build, skin: Color, scalp: Color): Mark[] {
  const place = (v: Vector): Vector => body.headTurn([v[0] * build.head[0], v[1] * build.head[1], v[2] * build.head[2]]);
  const point = (v: Vector): Point => project(view, add(body.headCenter, place(v)));
  const marks: Mark[] = [];
  const skinOutline = capOutline(view, body, build, normalize([0, 0.3, 1]), 66);
  if (skinOutline) marks.push({ outline: skinOutline, fill: css(skin) });
  /** A spot on the face, of the given half sizes on a head of radius 1. */
  const spot = (x: number, y: number, halfWidth: number, halfHeight: number, fill: string): void => {
    const z = Math.sqrt(Math.max(0, 1 - x * x - y * y));
    if (body.headTurn([x, y, z])[2] < 0.12) return;
    const outline = Array.from({ length: 12 }, (_, i): Point => {
      const t = (Math.PI * i) / 6;
      const [dx, dy] = [halfWidth * Math.cos(t), halfHeight * Math.sin(t)];
      return point([x + dx, y + dy, Math.sqrt(Math.max(0.02, 1 - (x + dx) ** 2 - (y + dy) ** 2))]);
    });
    marks.push({ outline, fill });
  };
  for (const side of [1, -1]) {
    spot(side * 0.36, -0.1, 0.17, 0.09, "rgb(245,243,240)");
    spot(side * 0.36, -0.1, 0.085, 0.09, "rgb(40,30,28)");
    spot(side * 0.37, -0.28, 0.2, 0.035, css(shade(scalp, 0.6)));
  }
  spot(0, 0.5, 0.24, 0.06, css([skin[0] * 0.8, skin[1] * 0.5, skin[2] * 0.5]));
  return marks;
}

/** The visible part of the cap of directions within `halfAngle` degrees of `center` on the head, or null when it faces away. */
function capOutline(view: View, { headCenter, headTurn }: Body, build: Build, center: Vector, halfAngle: number): Outline | null {
  const across = normalize([center[2], 0, -center[0]]);
  const along: Vector = [
    center[1] * across[2] - center[2] * across[1],
    center[2] * across[0] - center[0] * across[2],
    center[0] * across[1] - center[1] * across[0],
  ];
  const [cos, sin] = [Math.cos((halfAngle * Math.PI) / 180), Math.sin((halfAngle * Math.PI) / 180)];
  let visible = 0;
  const outline = Array.from({ length: 36 }, (_, i): Point => {
    const t = (Math.PI * i) / 18;
    const [u, v] = [Math.cos(t) * sin, Math.sin(t) * sin];
    const direction = add(add([center[0] * cos, center[1] * cos, center[2] * cos], across, u), along, v);
    const turned = headTurn([direction[0] * build.head[0], direction[1] * build.head[1], direction[2] * build.head[2]]);
    if (turned[2] >= 0) visible++;
    // Beyond the horizon of the head: out past its edge, where the outline of the head cuts it off.
    const beyond = turned[2] >= 0 ? 1 : build.head[1] / Math.max(1e-6, Math.hypot(turned[0], turned[1]));
    return project(view, add(headCenter, [turned[0] * beyond, turned[1] * beyond, 0]));
  });
  return visible > 0 ? outline : null;
}

/** The outline of an ellipsoid with half axes along a turned frame: its shadow, an ellipse from the Cholesky root of Σ aᵢaᵢᵀ. */
function ellipsoidOutline(view: View, center: Vector, turn: Body["headTurn"], [rx, ry, rz]: Vector): Outline {
  const axes = [turn([rx, 0, 0]), turn([0, ry, 0]), turn([0, 0, rz])];
  const xs: Vector = [axes[0]![0], axes[1]![0], axes[2]![0]];
  const ys: Vector = [axes[0]![1], axes[1]![1], axes[2]![1]];
  const a = Math.sqrt(dot(xs, xs));
  const b = dot(xs, ys) / a;
  const c = Math.sqrt(dot(ys, ys) - b * b);
  return ellipseOutline(project(view, center), [a * view.scale, b * view.scale], [0, c * view.scale], 32);
}
