import { expect, test } from "vitest";
import { createRandom } from "../random/random.ts";
import { jointsOf, poseBody, sampleBuild } from "./body.ts";
import { samplePose } from "./samplePose.ts";
import { add, dot, type Vector } from "./vector.ts";

const bodies = Array.from({ length: 200 }, (_, seed) => {
  const random = createRandom(seed, 1);
  const pose = samplePose(random);
  const build = sampleBuild(random);
  return { pose, build, body: poseBody(pose, build) };
});
const distance = (a: Vector, b: Vector): number => Math.sqrt(dot(add(a, b, -1), add(a, b, -1)));

test("bones keep their length in every pose", () => {
  for (const { body, build } of bodies) {
    for (const i of [0, 1] as const) {
      expect(distance(body.shoulders[i], body.elbows[i])).toBeCloseTo(build.upperArm, 9);
      expect(distance(body.elbows[i], body.wrists[i])).toBeCloseTo(build.forearm, 9);
      expect(distance(body.hips[i], body.knees[i])).toBeCloseTo(build.thigh, 9);
      expect(distance(body.knees[i], body.ankles[i])).toBeCloseTo(build.shin, 9);
    }
    expect(distance(...body.shoulders)).toBeCloseTo(2 * build.shoulderHalf, 9);
    expect(distance(...body.hips)).toBeCloseTo(2 * build.hipHalf, 9);
  }
});

test("knees bend by the angle asked for and backwards only", () => {
  for (const { body, pose, build } of bodies) {
    const forward = body.pelvisTurn([0, 0, 1]);
    for (const i of [0, 1] as const) {
      const thigh = add(body.knees[i], body.hips[i], -1);
      const shin = add(body.ankles[i], body.knees[i], -1);
      const cosine = dot(thigh, shin) / (build.thigh * build.shin);
      expect((Math.acos(Math.min(1, cosine)) * 180) / Math.PI).toBeCloseTo(pose.legs[i].bend, 5);
      // How far the shin leaves the thigh's direction, measured along the body's forward axis.
      const leaving = add(shin, thigh, -dot(shin, thigh) / dot(thigh, thigh));
      expect(dot(leaving, forward)).toBeLessThanOrEqual(1e-9);
    }
  }
});

test("elbows bend by the angle asked for, within 0 to 130 degrees", () => {
  for (const { body, pose, build } of bodies) {
    for (const i of [0, 1] as const) {
      const cosine =
        dot(add(body.elbows[i], body.shoulders[i], -1), add(body.wrists[i], body.elbows[i], -1)) / (build.upperArm * build.forearm);
      expect((Math.acos(Math.min(1, cosine)) * 180) / Math.PI).toBeCloseTo(pose.arms[i].bend, 5);
      expect(pose.arms[i].bend).toBeLessThanOrEqual(130);
    }
  }
});

test("a pose and its mirror image give bodies that are mirror images", () => {
  for (const { pose, build, body } of bodies.slice(0, 40)) {
    const mirrored = poseBody(
      {
        ...pose,
        yaw: -pose.yaw,
        trunk: { pitch: pose.trunk.pitch, roll: -pose.trunk.roll, twist: -pose.trunk.twist },
        head: { pitch: pose.head.pitch, roll: -pose.head.roll, yaw: -pose.head.yaw },
        arms: [pose.arms[1], pose.arms[0]],
        legs: [pose.legs[1], pose.legs[0]],
      },
      build,
    );
    const [joints, others] = [jointsOf(body), jointsOf(mirrored)];
    for (const [k, joint] of joints.entries()) {
      const other = others[k === 0 ? 0 : k % 2 === 1 ? k + 1 : k - 1]!;
      expect(distance([-other[0], other[1], other[2]], joint)).toBeLessThan(1e-12);
    }
  }
});
