import { coco17 } from "../skeletons/coco17.ts";
import type { Appearance } from "./appearance.ts";
import type { Body, Build } from "./body.ts";
import type { Color } from "./color.ts";
import { limbOutline } from "./outline.ts";
import { type Part, roundFill, type Shape } from "./shape.ts";
import { add, type Vector } from "./vector.ts";
import { project, type View } from "./view.ts";

type Radii = readonly [number, number, number];

/** Index of the left joint of a COCO-17 pair; the right one follows it. */
export function leftJoint(pair: "eye" | "ear" | "shoulder" | "elbow" | "wrist" | "hip" | "knee" | "ankle"): number {
  return coco17.joints.indexOf(`left_${pair}`);
}

/** One rounded limb with light on it; radii in body units. */
export function limb(view: View, from: Vector, to: Vector, radii: Radii, color: Color, joints: readonly number[]): Shape {
  const [a, b] = [project(view, from), project(view, to)];
  const [first, middle, last] = radii;
  const outline = limbOutline(a, b, [first * view.scale, middle * view.scale, last * view.scale]);
  return { outline, fill: roundFill(color, a, b, middle * view.scale), marks: [], joints };
}

/** Upper arm, forearm and hand of one side, with sleeves. */
export function armParts(view: View, body: Body, build: Build, { skin, shirt }: Appearance, i: 0 | 1): Part[] {
  const [shoulder, elbow, wrist, fingertip] = [body.shoulders[i], body.elbows[i], body.wrists[i], body.fingertips[i]];
  const [onShoulder, onElbow, onWrist] = [leftJoint("shoulder") + i, leftJoint("elbow") + i, leftJoint("wrist") + i];
  const upper: Radii = thick([0.034, 0.035, 0.027], build.girth);
  const lower: Radii = thick([0.027, 0.029, 0.018], build.girth);
  const long = shirt.sleeves === "long";
  const upperShapes = [limb(view, shoulder, elbow, long ? thick(upper, 1.12) : upper, long ? shirt.color : skin, [onShoulder, onElbow])];
  if (shirt.sleeves === "short") {
    upperShapes.push(
      limb(view, shoulder, between(shoulder, elbow, 0.5), thick([upper[0], upper[1], upper[1]], 1.2), shirt.color, [onShoulder]),
    );
  }
  const hand = limb(view, wrist, fingertip, thick([0.018, 0.026, 0.014], build.girth), skin, [onWrist]);
  const forearm = limb(view, elbow, wrist, long ? thick(lower, 1.15) : lower, long ? shirt.color : skin, [onElbow, onWrist]);
  // A hand that points away from the viewer lies behind the wrist.
  const lowerShapes = fingertip[2] < wrist[2] - 0.02 ? [hand, forearm] : [forearm, hand];
  return [
    { depth: (shoulder[2] + elbow[2]) / 2 + inFrontOfTrunk, shapes: upperShapes },
    { depth: (elbow[2] + wrist[2]) / 2 + inFrontOfTrunk * 1.5, shapes: lowerShapes },
  ];
}

/** Thigh, shin and foot of one side, with trousers. */
export function legParts(view: View, body: Body, build: Build, { skin, trousers, shoes }: Appearance, i: 0 | 1): Part[] {
  const [hip, knee, ankle] = [body.hips[i], body.knees[i], body.ankles[i]];
  const [onHip, onKnee, onAnkle] = [leftJoint("hip") + i, leftJoint("knee") + i, leftJoint("ankle") + i];
  const long = trousers.length === "long";
  const thigh: Radii = thick([0.052, 0.06, 0.042], build.girth);
  const shin: Radii = thick([0.041, 0.043, 0.024], build.girth);
  const shinWide: Radii = [shin[0] * 1.1, shin[1] * 1.1, shin[2] * 1.25 * trousers.width];
  const thighShapes = [limb(view, hip, knee, long ? thick(thigh, 1.06) : thigh, long ? trousers.color : skin, [onHip, onKnee])];
  if (!long) {
    const wide = thick([thigh[0], thigh[1], thigh[1]], 1.08 * Math.sqrt(trousers.width));
    thighShapes.push(limb(view, hip, between(hip, knee, 0.62), wide, trousers.color, [onHip]));
  }
  const shinShape = limb(view, knee, ankle, long ? shinWide : shin, long ? trousers.color : skin, [onKnee, onAnkle]);
  const foot = limb(view, body.heels[i], body.toes[i], thick([0.026, 0.03, 0.022], build.girth), shoes, [onAnkle]);
  // The foot is nearer than the shin when it points to the viewer.
  const toViewer = body.toes[i][2] > body.heels[i][2];
  return [
    { depth: (hip[2] + knee[2]) / 2, shapes: thighShapes },
    { depth: (knee[2] + ankle[2]) / 2, shapes: toViewer ? [shinShape, foot] : [foot, shinShape] },
  ];
}

/** Body units by which an arm that hangs at the side is drawn in front of the trunk. */
const inFrontOfTrunk = 0.025;

function thick([first, middle, last]: Radii, factor: number): Radii {
  return [first * factor, middle * factor, last * factor];
}

function between(from: Vector, to: Vector, t: number): Vector {
  return add(from, add(to, from, -1), t);
}
