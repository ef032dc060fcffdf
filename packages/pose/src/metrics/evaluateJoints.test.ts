import { expect, test } from "vitest";
import { evaluateJoints } from "./evaluateJoints.ts";
import { evaluateSizes } from "./evaluateSizes.ts";
import type { OksTruth, PoseDetection } from "./oksTruth.ts";

const sigmas = [0.05, 0.05, 0.05];

test("a joint that is always right has 1, one that is always off 0, one without labels null", () => {
  const truth = [0, 1, 2].map((imageId) => person({ imageId }));
  const found = truth.map((each) => detection(each, [0, 200]));
  const [right, off, unlabelled] = evaluateJoints(truth, found, { sigmas });
  expect(right!.AP).toBeCloseTo(1, 12);
  expect(right).toMatchObject({ labels: 3, found: 1, similarity: 1 });
  expect(off).toMatchObject({ labels: 3, AP: 0, found: 0 });
  expect(off!.similarity).toBeLessThan(1e-9);
  expect(unlabelled).toEqual({ labels: 0, AP: null, found: null, similarity: null });
});

test("labels of a person whom nobody found are not found, and say nothing about how near joints are", () => {
  const truth = [0, 1].map((imageId) => person({ imageId }));
  const [first] = evaluateJoints(truth, [detection(truth[0]!, [0, 0])], { sigmas });
  expect(first).toMatchObject({ labels: 2, found: 0.5, similarity: 1 });
  expect(first!.AP).toBeCloseTo(51 / 101, 12); // recall ends at a half: 51 of the 101 points
});

test("crowds and ignored persons have no labels", () => {
  const truth = [person({}), person({ crowd: true }), person({ ignore: true }), person({ labels: 0 })];
  expect(evaluateJoints(truth, [], { sigmas })[0]).toEqual({ labels: 1, AP: 0, found: 0, similarity: null });
});

test("a person whom the file says has no label counts neither for a joint nor against it", () => {
  const truth = [person({}), person({ imageId: 1, labels: 0 })];
  const [first] = evaluateJoints(truth, [detection(truth[0]!, [0])], { sigmas });
  expect(first).toMatchObject({ labels: 1, found: 1 });
  expect(first!.AP).toBeCloseTo(1, 12);
});

test("sizes: each person is in the range of its area, whose detections alone count there", () => {
  const truth = [900, 3000, 90000].map((area, imageId) => person({ imageId, area }));
  const found = truth.slice(1).map((each) => detection(each, [0, 0]));
  const sizes = evaluateSizes(truth, found, { sigmas });
  expect(sizes.filter(({ persons }) => persons > 0).map(({ name, AP, AR }) => [name, Math.round(AP * 1e9) / 1e9, AR])).toEqual([
    ["0²–32²", 0, 0],
    ["32²–64²", 1, 1],
    ["192²–384²", 1, 1],
  ]);
  expect(sizes.find(({ name }) => name === "384² and more")).toMatchObject({ persons: 0, AP: -1, AR: -1 });
});

function person(changes: Partial<OksTruth>): OksTruth {
  const keypoints = [10, 10, 2, 40, 40, 1, 0, 0, 0];
  return { imageId: 0, keypoints, box: { x: 0, y: 0, width: 80, height: 80 }, area: 3000, crowd: false, ...changes };
}

/** Joint k moved right by shifts[k] pixels. */
function detection({ imageId, keypoints, area }: OksTruth, shifts: readonly number[]): PoseDetection {
  return { imageId, keypoints: Array.from(keypoints).map((value, i) => value + (i % 3 === 0 ? (shifts[i / 3] ?? 0) : 0)), score: 1, area };
}
