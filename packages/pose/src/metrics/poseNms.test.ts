import { expect, test } from "vitest";
import { boxNms, intersectionOverUnion } from "./boxNms.ts";
import { oksNms, softOksNms } from "./poseNms.ts";
import { poseScore } from "./poseScore.ts";

const sigmas = [0.1, 0.1];
const at = (x: number, score: number) => ({ keypoints: [x, 0, 1, x + 100, 100, 1], score });

test("the best detection removes those like it, and only them; of equal ones the later stays", () => {
  expect(oksNms([at(0, 0.5), at(1, 0.9), at(500, 0.1)], { sigmas, threshold: 0.9 })).toEqual([1, 2]);
  expect(oksNms([at(0, 0.5), at(0, 0.5)], { sigmas, threshold: 0.9 })).toEqual([1]);
  expect(oksNms([at(0, 0.5), at(0, 0.4)], { sigmas, threshold: 1 })).toEqual([0, 1]); // removed above the threshold, not at it
  expect(oksNms([], { sigmas, threshold: 0.9 })).toEqual([]);
});

test("softly, those like a better one go back in rank, and the limit cuts", () => {
  const detections = [at(0, 0.9), at(0, 0.8), at(500, 0.5)];
  expect(softOksNms(detections, { sigmas, threshold: 0.9 })).toEqual([0, 2, 1]); // 0.8 · exp(−1 / 0.9) = 0.26
  expect(softOksNms(detections, { sigmas, threshold: 0.9, limit: 2 })).toEqual([0, 2]);
  expect(detections.map(({ score }) => score)).toEqual([0.9, 0.8, 0.5]);
});

test("box overlap: a half covered is a third of the union; apart and empty are 0", () => {
  const box = { x: 0, y: 0, width: 10, height: 10 };
  expect(intersectionOverUnion(box, { ...box, x: 5 })).toBeCloseTo(1 / 3, 12);
  expect(intersectionOverUnion(box, { ...box, x: 10 })).toBe(0);
  expect(intersectionOverUnion({ ...box, width: 0 }, { ...box, width: 0 })).toBe(0);
  expect(boxNms([box, { ...box, x: 5 }], [0.1, 0.2], 0.3)).toEqual([[1, 0]]);
  expect(boxNms([box, { ...box, x: 5 }], [0.1, 0.2], 0.34)).toEqual([[1], [0]]);
});

test("scores: the box's; times the mean of the sure key points; plus mean and maximum", () => {
  const keypoints = [0, 0, 0.2, 0, 0, 0.5, 0, 0, 0.75];
  expect(poseScore("bbox", 0.5, keypoints)).toBe(0.5);
  expect(poseScore("bbox_keypoint", 0.5, keypoints)).toBe(0.5 * 0.625); // 0.2 is not above 0.2
  expect(poseScore("bbox_keypoint", 0.5, [0, 0, 0.1])).toBe(0);
  expect(poseScore("bbox_rle", 0.5, keypoints)).toBeCloseTo(0.5 + 1.45 / 3 + 0.75, 7);
});
