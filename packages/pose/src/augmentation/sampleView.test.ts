import { expect, test } from "vitest";
import * as pose from "../index.ts";
import type { Skeleton } from "../skeletons/skeleton.ts";
import { bodyHalves } from "./bodyHalves.ts";
import { viewKeypoints } from "./sampleView.ts";

const skeletons = Object.values(pose as Readonly<Record<string, unknown>>).filter(
  (value): value is Skeleton => typeof value === "object" && value !== null && "joints" in value && "flipPairs" in value,
);

test("there are skeletons to test", () => expect(skeletons.length).toBeGreaterThan(0));

test.each(skeletons.map((skeleton) => [skeleton.name, skeleton] as const))("mirroring twice changes no key point of %s", (_, skeleton) => {
  const keypoints = skeleton.joints.flatMap((_name, k) => [k === 2 ? 0 : 10.25 + k, 20 + 2 * k, k === 2 ? 0 : 1 + (k % 2)]);
  const view = { mirrored: true, affine: [1, 0, 0, 0, 1, 0], changes: [] } as const;
  const once = viewKeypoints(view, keypoints, skeleton, 301);
  expect([...viewKeypoints(view, once, skeleton, 301)]).toEqual(keypoints);
  if (skeleton.flipPairs.length > 0) expect([...once]).not.toEqual(keypoints);
});

test.each(skeletons.map((skeleton) => [skeleton.name, skeleton] as const))(
  "the halves of %s are apart, and mirrored joints are in one half",
  (_, skeleton) => {
    const { upper, lower } = bodyHalves(skeleton);
    expect(new Set([...upper, ...lower]).size).toBe(upper.length + lower.length);
    for (const [left, right] of skeleton.flipPairs) {
      expect(upper.includes(left)).toBe(upper.includes(right));
      expect(lower.includes(left)).toBe(lower.includes(right));
    }
  },
);

test("COCO's halves are HRNet's: joints 0 … 10 and 11 … 16", () => {
  expect(bodyHalves(pose.coco17)).toEqual({ upper: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10], lower: [11, 12, 13, 14, 15, 16] });
});

test("fine points of faces and hands are in neither half, feet are in the lower", () => {
  const joints = [
    "nose",
    "head",
    "pelvis",
    "thorax",
    "left_big_toe",
    "right_heel",
    "face-0",
    "face_12",
    "left_hand_root",
    "right_pinky_finger2",
    "left_thumb1",
  ];
  const { upper, lower } = bodyHalves({ name: "parts", joints, limbs: [], flipPairs: [], sigmas: joints.map(() => 1) });
  expect(upper.map((joint) => joints[joint])).toEqual(["nose", "head", "thorax"]);
  expect(lower.map((joint) => joints[joint])).toEqual(["pelvis", "left_big_toe", "right_heel"]);
});
