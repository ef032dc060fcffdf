import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { createRandom, normal } from "../random/random.ts";
import { babypose12 } from "./babypose12.ts";
import { cocoWholebody133 } from "./cocoWholebody133.ts";
import { crowdpose14 } from "./crowdpose14.ts";
import { mpii16 } from "./mpii16.ts";
import { flipKeypoints, flipPermutation, SkeletonError } from "./skeleton.ts";
import { skeletonNamed, skeletons } from "./skeletonNamed.ts";

const shared = path.resolve(import.meta.dirname, "../../../../../shared");
const wholebodySigmas = path.join(shared, "golden/domain/wholebody_sigmas.json");

test.each(skeletons.map((skeleton) => [skeleton.name, skeleton] as const))(
  "%s: its name says how many joints it has",
  (name, { joints }) => {
    expect(Number(/\d+$/.exec(name)![0])).toBe(joints.length);
    for (const joint of joints) expect(joint).toMatch(/^[a-z]+(_[a-z0-9]+)*$/);
  },
);

test.each(skeletons.map((skeleton) => [skeleton.name, skeleton] as const))("%s: flipping twice is the identity", (_, skeleton) => {
  const random = createRandom(7);
  for (let round = 0; round < 20; round++) {
    const keypoints = Float64Array.from({ length: 3 * skeleton.joints.length }, (_, at) =>
      at % 3 === 2 ? (at * 7 + round) % 3 : (Math.round(normal(random) * 1000) + 0.5) / 8,
    );
    expect(flipKeypoints(flipKeypoints(keypoints, skeleton, 640), skeleton, 640)).toEqual(keypoints);
  }
});

test.each(skeletons.map((skeleton) => [skeleton.name, skeleton] as const))(
  "%s: what mirrors is called left in one name and right in the other; nothing else does but face points",
  (_, skeleton) => {
    const mirrored = flipPermutation(skeleton).map((joint) => skeleton.joints[joint]!);
    for (const [joint, name] of skeleton.joints.entries()) {
      if (name.startsWith("face_")) expect(mirrored[joint]).toMatch(/^face_/);
      else expect(mirrored[joint]).toBe(name.replace(/^(left|right)_/, (side) => (side === "left_" ? "right_" : "left_")));
    }
  },
);

test.each(skeletons.map((skeleton) => [skeleton.name, skeleton] as const))(
  "%s: mirroring its limbs gives the same limbs",
  (_, skeleton) => {
    const permutation = flipPermutation(skeleton);
    const key = (a: number, b: number): string => `${Math.min(a, b)}-${Math.max(a, b)}`;
    const limbs = skeleton.limbs.map(([a, b]) => key(a, b));
    expect(new Set(limbs).size).toBe(limbs.length);
    expect(skeleton.limbs.map(([a, b]) => key(permutation[a]!, permutation[b]!)).sort()).toEqual(limbs.toSorted());
  },
);

// As the data sets' own code or HRNet's lists them.
test.each([
  [
    mpii16,
    [
      [0, 5],
      [1, 4],
      [2, 3],
      [10, 15],
      [11, 14],
      [12, 13],
    ],
  ],
  [
    crowdpose14,
    [
      [0, 1],
      [2, 3],
      [4, 5],
      [6, 7],
      [8, 9],
      [10, 11],
    ],
  ],
  [
    babypose12,
    [
      [0, 5],
      [1, 4],
      [2, 3],
      [6, 11],
      [7, 10],
      [8, 9],
    ],
  ],
] as const)("$name mirrors the published pairs", (skeleton, pairs) => {
  const sorted = (list: readonly (readonly number[])[]): readonly string[] =>
    list.map((pair) => pair.toSorted((a, b) => a - b).join("-")).sort();
  expect(sorted(skeleton.flipPairs)).toEqual(sorted(pairs));
});

test("the face mirrors as 300-W's points do: 27 to 30, 33, 51, 57, 62, 66 and 8 lie in the middle", () => {
  const permutation = flipPermutation(cocoWholebody133);
  const face = cocoWholebody133.joints.indexOf("face_0");
  const mirror = (point: number): number => permutation[face + point]! - face;
  expect(Array.from({ length: 68 }, (_, i) => i).filter((i) => mirror(i) === i)).toEqual([8, 27, 28, 29, 30, 33, 51, 57, 62, 66]);
  expect([0, 17, 21, 31, 36, 39, 40, 48, 55, 56, 60, 65].map(mirror)).toEqual([16, 26, 22, 35, 45, 42, 47, 54, 59, 58, 64, 67]);
});

test.skipIf(!existsSync(wholebodySigmas))("COCO-WholeBody's sigmas are the evaluation's (skipped when shared/golden is absent)", () => {
  expect(cocoWholebody133.sigmas).toEqual(JSON.parse(readFileSync(wholebodySigmas, "utf8")));
});

test("babyPose's sigmas are COCO's in its own order", () => {
  expect(babypose12.sigmas).toEqual([0.062, 0.072, 0.079, 0.079, 0.072, 0.062, 0.089, 0.087, 0.107, 0.107, 0.087, 0.089]);
});

test("a skeleton is found by its name, and another name is refused with all that there are", () => {
  for (const skeleton of skeletons) expect(skeletonNamed(skeleton.name)).toBe(skeleton);
  expect(() => skeletonNamed("coco")).toThrow(SkeletonError);
  expect(() => skeletonNamed("coco")).toThrow(/no skeleton is named "coco"; there are coco17, cocoWholebody133, halpe26, .*humanart21/);
});
