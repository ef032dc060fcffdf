import { between, type RandomSource } from "../random/random.ts";
import type { LimbAngles, Pose } from "./samplePose.ts";
import { aboutX, aboutY, aboutZ, add, bend, compose, type Turn, type Vector } from "./vector.ts";

/** Lengths in body units: an average grown person is 1 tall. */
export interface Build {
  readonly shoulderHalf: number;
  readonly hipHalf: number;
  readonly trunk: number;
  readonly upperArm: number;
  readonly forearm: number;
  readonly thigh: number;
  readonly shin: number;
  /** Half axes of the head: across, along, and front to back. */
  readonly head: Vector;
  /** Thickness of limbs and trunk relative to the average. */
  readonly girth: number;
}

/** Left and right of the person. */
export type Sides<T> = readonly [T, T];

/** A posed body in body units as the camera sees it (x right, y down, z towards the viewer); the origin is between the hips. */
export interface Body {
  readonly neck: Vector;
  readonly shoulders: Sides<Vector>;
  readonly elbows: Sides<Vector>;
  readonly wrists: Sides<Vector>;
  readonly fingertips: Sides<Vector>;
  readonly hips: Sides<Vector>;
  readonly knees: Sides<Vector>;
  readonly ankles: Sides<Vector>;
  readonly heels: Sides<Vector>;
  readonly toes: Sides<Vector>;
  readonly headCenter: Vector;
  readonly nose: Vector;
  readonly eyes: Sides<Vector>;
  readonly ears: Sides<Vector>;
  /** From directions of the trunk, the pelvis or the head (x to the person's left, y down, z forward) to the camera's. */
  readonly trunkTurn: Turn;
  readonly pelvisTurn: Turn;
  readonly headTurn: Turn;
}

/** Where the face is on a head of radius 1: x to the person's left, y down, z forward; the second of a pair has −x. */
export const face: Readonly<Record<"nose" | "eye" | "ear", Vector>> = {
  nose: [0, 0.14, 1.1],
  eye: [0.36, -0.1, 0.92],
  ear: [1.03, 0.02, -0.08],
};

/** A random build, from slight to stout, the head from a grown person's to a child's. */
export function sampleBuild(random: RandomSource): Build {
  const head = between(random, 0.95, 1.2);
  const legs = between(random, 0.93, 1.06);
  const arms = between(random, 0.94, 1.06);
  return {
    shoulderHalf: 0.112 * between(random, 0.86, 1.12),
    hipHalf: 0.066 * between(random, 0.88, 1.15),
    trunk: 0.29 * between(random, 0.95, 1.05),
    upperArm: 0.168 * arms,
    forearm: 0.148 * arms,
    thigh: 0.245 * legs,
    shin: 0.24 * legs,
    head: [0.054 * head, 0.074 * head, 0.064 * head],
    girth: between(random, 0.85, 1.25),
  };
}

/** Forward kinematics: the joints of a build in a pose. */
export function poseBody(pose: Pose, build: Build): Body {
  const pelvisTurn = compose(aboutX(pose.cameraPitch), aboutY(pose.yaw));
  const trunkTurn = compose(pelvisTurn, aboutY(pose.trunk.twist), aboutX(pose.trunk.pitch), aboutZ(pose.trunk.roll));
  const headTurn = compose(trunkTurn, aboutY(pose.head.yaw), aboutX(pose.head.pitch), aboutZ(pose.head.roll));
  const neck = trunkTurn([0, -build.trunk, 0]);
  const headCenter = add(add(neck, trunkTurn([0, -0.045, 0.008])), headTurn([0, -0.92 * build.head[1], 0]));
  const shoulders = sides((side) => add(neck, trunkTurn([side * build.shoulderHalf, 0.02, 0])));
  const hips = sides((side) => pelvisTurn([side * build.hipHalf, 0, 0]));
  const arms = both(pose.arms, (side, angles) => limbDirections(angles, side, trunkTurn));
  const legs = both(pose.legs, (side, angles) => limbDirections(angles, side, pelvisTurn));
  const elbows = both(arms, (_, { upper }, i) => add(shoulders[i], upper, build.upperArm));
  const wrists = both(arms, (_, { lower }, i) => add(elbows[i], lower, build.forearm));
  const knees = both(legs, (_, { upper }, i) => add(hips[i], upper, build.thigh));
  const ankles = both(legs, (_, { lower }, i) => add(knees[i], lower, build.shin));
  // A foot stands at right angles to its shin, the toes turned a little outwards.
  const feet = both(legs, (side, { lower }) => bend(lower, pelvisTurn([0.25 * side, 0, 1]), 82));
  const onHead = (v: Vector, side = 1): Vector =>
    add(headCenter, headTurn([side * v[0] * build.head[0], v[1] * build.head[1], v[2] * build.head[2]]));
  return {
    neck,
    shoulders,
    elbows,
    wrists,
    fingertips: both(arms, (_, { lower }, i) => add(wrists[i], lower, 0.062)),
    hips,
    knees,
    ankles,
    heels: both(feet, (_, foot, i) => add(add(ankles[i], legs[i].lower, 0.02), foot, -0.015)),
    toes: both(feet, (_, foot, i) => add(add(ankles[i], legs[i].lower, 0.026), foot, 0.095)),
    headCenter,
    nose: onHead(face.nose),
    eyes: sides((side) => onHead(face.eye, side)),
    ears: sides((side) => onHead(face.ear, side)),
    trunkTurn,
    pelvisTurn,
    headTurn,
  };
}

/** COCO-17 order: nose, then left and right of eyes, ears, shoulders, elbows, wrists, hips, knees, ankles. */
export function jointsOf(body: Body): readonly Vector[] {
  const { nose, eyes, ears, shoulders, elbows, wrists, hips, knees, ankles } = body;
  return [nose, ...eyes, ...ears, ...shoulders, ...elbows, ...wrists, ...hips, ...knees, ...ankles];
}

/** The value for the left side (+1) and the right side (−1) of the person. */
export function sides<T>(of: (side: 1 | -1, index: 0 | 1) => T): Sides<T> {
  return [of(1, 0), of(-1, 1)];
}

function both<T, R>(pair: Sides<T>, of: (side: 1 | -1, value: T, index: 0 | 1) => R): Sides<R> {
  return sides((side, index) => of(side, pair[index], index));
}

function limbDirections(
  { abduction, flexion, bend: angle, toward }: LimbAngles,
  side: 1 | -1,
  turn: Turn,
): { upper: Vector; lower: Vector } {
  const upper = compose(aboutX(-flexion), aboutZ(-side * abduction))([0, 1, 0]);
  return { upper: turn(upper), lower: turn(bend(upper, [-side * toward[0], toward[1], toward[2]], angle)) };
}
