import { expect, test } from "vitest";
import { aic14 } from "./aic14.ts";
import { coco17 } from "./coco17.ts";
import { cocoWholebody133 } from "./cocoWholebody133.ts";
import { lsp14 } from "./lsp14.ts";
import { jointMap, mapKeypoints } from "./mapJoints.ts";
import { openpose18 } from "./openpose18.ts";
import { flipKeypoints } from "./skeleton.ts";
import { skeletons } from "./skeletonNamed.ts";

test.each(skeletons.map((skeleton) => [skeleton.name, skeleton] as const))("%s maps to itself without a change", (_, skeleton) => {
  const keypoints = skeleton.joints.flatMap((_, k) => [k + 0.5, 2 * k, k % 3]);
  expect([...mapKeypoints(keypoints, skeleton, skeleton)]).toEqual(keypoints);
});

test.each(skeletons.flatMap((from) => skeletons.map((to) => [from.name, to.name, from, to] as const)))(
  "%s → %s: mapping and mirroring may change places",
  (_, __, from, to) => {
    const keypoints = from.joints.flatMap((_, k) => [10 * k, 3 * k, 2]);
    const mapped = mapKeypoints(flipKeypoints(keypoints, from, 500), from, to);
    const flipped = flipKeypoints(mapKeypoints(keypoints, from, to), to, 500);
    for (const [at, value] of mapped.entries()) expect(value).toBeCloseTo(flipped[at]!, 9);
  },
);

test("LSP's joints become COCO's by name; what it lacks is not labelled, the top of the head is no nose", () => {
  const keypoints = lsp14.joints.flatMap((_, k) => [k + 1, 10 * k + 1, 2]);
  const mapped = mapKeypoints(keypoints, lsp14, coco17);
  for (const [k, joint] of coco17.joints.entries()) {
    const from = lsp14.joints.indexOf(joint);
    expect([...mapped.subarray(3 * k, 3 * k + 3)]).toEqual(from < 0 ? [0, 0, 0] : [from + 1, 10 * from + 1, 2]);
  }
  expect([...mapped.subarray(0, 15)]).toEqual(Array<number>(15).fill(0));
});

test("OpenPose's neck is the middle of the shoulders, labelled where both are", () => {
  const keypoints = coco17.joints.flatMap((_, k) => [10 * k, k, 2]);
  const neck = openpose18.joints.indexOf("neck");
  expect(jointMap(coco17, openpose18)[neck]).toEqual([5, 6]);
  expect([...mapKeypoints(keypoints, coco17, openpose18).subarray(3 * neck, 3 * neck + 3)]).toEqual([55, 5.5, 2]);
  keypoints[3 * 6 + 2] = 1;
  expect(mapKeypoints(keypoints, coco17, openpose18)[3 * neck + 2]).toBe(1);
  keypoints[3 * 5 + 2] = 0;
  expect([...mapKeypoints(keypoints, coco17, openpose18).subarray(3 * neck, 3 * neck + 3)]).toEqual([0, 0, 0]);
  expect(jointMap(aic14, openpose18)[neck]).toEqual([aic14.joints.indexOf("neck")]);
});

test("a whole body holds the body: its first 17 are COCO's", () => {
  expect(jointMap(cocoWholebody133, coco17)).toEqual(coco17.joints.map((_, k) => [k]));
  expect(jointMap(coco17, cocoWholebody133).filter((parts) => parts.length > 0)).toEqual(coco17.joints.map((_, k) => [k]));
});
