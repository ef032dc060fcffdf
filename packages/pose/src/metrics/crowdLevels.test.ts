import { expect, test } from "vitest";
import { evaluateCrowdLevels } from "./crowdLevels.ts";
import type { OksTruth } from "./oksTruth.ts";
import { cutDetections, cutTruth, evaluateParts } from "./poseParts.ts";

const sigmas = [0.1, 0.1];
const people = [1, 2, 3].map((imageId): OksTruth => {
  const keypoints = [10, 10, 2, 40, 40, 1];
  // CrowdPose has no areas, and numbers of labels that need not be right.
  return { imageId, keypoints, box: { x: 0, y: 0, width: 100, height: 200 }, area: 0, crowd: false, labels: 2 };
});
const found = people.map(({ imageId, keypoints }) => ({ imageId, keypoints, score: 1 }));

test("images are easy below 0.2, medium from there and hard from 0.8; −1 where there is none", () => {
  const levels = (indices: readonly number[]) => {
    const crowdIndex = new Map(indices.map((index, i) => [i + 1, index]));
    const { whole, AP_E, AP_M, AP_H } = evaluateCrowdLevels(people, found.slice(1), crowdIndex, { sigmas });
    return [whole.counts.images, AP_E, AP_M, AP_H].map((value) => Math.round(value * 1000) / 1000);
  };
  expect(levels([0.19, 0.2, 0.8])).toEqual([3, 0, 1, 1]);
  expect(levels([0.799, 0.5, 0.5])).toEqual([3, -1, 0.663, -1]); // two of three: recall to 0.66, 67 of 101 points
  expect(levels([0, 1])).toEqual([2, 0, -1, 1]);
});

test("parts: the joints are cut, the labels counted anew, the areas kept; a part without a score is dropped", () => {
  const [first] = people;
  expect(cutTruth([first!], 1, 2)[0]).toEqual({ ...first, keypoints: [40, 40, 1], labels: undefined });
  expect(cutDetections([{ ...found[0]!, area: 5 }], 0, 1)[0]).toEqual({ ...found[0], area: 5, keypoints: [10, 10, 2] });
  const half = people.map((person) => ({ ...person, area: 5000, keypoints: [10, 10, 0, 40, 40, 1] }));
  const scored = found.map((detection) => ({ ...detection, keypoints: [10, 10, 0, 40, 40, 0.5] }));
  const { head, foot } = evaluateParts(half, scored, { head: [0, 1], foot: [1, 2] }, { sigmas });
  expect([head!.AP, head!.counts.ignored, head!.counts.unscored]).toEqual([-1, 3, 3]);
  expect(foot!.AP).toBeCloseTo(1, 12);
  expect(() => evaluateParts(half, scored, { tail: [1, 3] }, { sigmas })).toThrow(/tail is joints 1 to 3, but there are 2/);
});
