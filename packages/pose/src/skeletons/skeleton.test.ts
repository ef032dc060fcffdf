import { describe, expect, test } from "vitest";
import { coco17 } from "./coco17.ts";
import { defineSkeleton, flipKeypoints, flipPermutation, SkeletonError } from "./skeleton.ts";

test("COCO-17 mirrors exactly the joints whose names differ in left and right", () => {
  const mirrored = flipPermutation(coco17).map((joint) => coco17.joints[joint]);
  const swapped = coco17.joints.map((joint) => joint.replace(/^(left|right)_/, (side) => (side === "left_" ? "right_" : "left_")));
  expect(mirrored).toEqual(swapped);
});

test("every flip pair of COCO-17 names the left joint first", () => {
  for (const [left, right] of coco17.flipPairs) {
    expect(coco17.joints[left]).toMatch(/^left_/);
    expect(coco17.joints[right]).toMatch(/^right_/);
  }
});

test("mirroring the limbs of COCO-17 gives the same limbs", () => {
  const permutation = flipPermutation(coco17);
  const key = (a: number, b: number): string => `${Math.min(a, b)}-${Math.max(a, b)}`;
  const limbs = coco17.limbs.map(([a, b]) => key(a, b)).sort();
  expect(coco17.limbs.map(([a, b]) => key(permutation[a]!, permutation[b]!)).sort()).toEqual(limbs);
});

test("flipping key points twice changes nothing, once puts the left eye where the right one's mirror image is", () => {
  const keypoints = coco17.joints.flatMap((_, k) => [10 + k, 20 + k, k === 3 ? 0 : 2]);
  const once = flipKeypoints(keypoints, coco17, 100);
  expect([...once.slice(3, 6)]).toEqual([99 - 12, 22, 2]);
  expect([...flipKeypoints(once, coco17, 100)]).toEqual(keypoints);
});

describe("a skeleton that contradicts itself is refused", () => {
  const good = { name: "stick", joints: ["left_a", "right_a", "b"], limbs: [[0, 2]], flipPairs: [[0, 1]], sigmas: [1, 1, 1] } as const;
  test.each([
    ["a repeated name", { ...good, joints: ["b", "right_a", "b"] }, /two joints are called b/],
    ["a limb to nowhere", { ...good, limbs: [[0, 3]] as const }, /\[0, 3\] names no joint of 0…2/],
    ["a limb from a joint to itself", { ...good, limbs: [[2, 2]] as const }, /joins a joint with itself/],
    [
      "a joint that mirrors twice",
      {
        ...good,
        flipPairs: [
          [0, 1],
          [1, 2],
        ] as const,
      },
      /right_a is in two flip pairs/,
    ],
    ["too few sigmas", { ...good, sigmas: [1, 1] }, /needs 3 sigmas/],
    ["a sigma of 0", { ...good, sigmas: [1, 0, 1] }, /above 0; got 0/],
    ["too many colours", { ...good, colors: ["red", "blue"] }, /needs 1 colours/],
  ])("%s", (_, skeleton, message) => {
    expect(() => defineSkeleton(skeleton)).toThrow(SkeletonError);
    expect(() => defineSkeleton(skeleton)).toThrow(message);
  });

  test("and a good one is returned", () => expect(defineSkeleton(good)).toBe(good));
});
