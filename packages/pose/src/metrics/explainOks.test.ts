import { expect, test } from "vitest";
import { type EvaluateOksOptions, evaluateOks } from "./evaluateOks.ts";
import { explainOks } from "./explainOks.ts";
import type { OksTruth, PoseDetection } from "./oksTruth.ts";

const options: EvaluateOksOptions = { sigmas: [0.1, 0.1] };
const people = [person({}), person({ imageId: 2 })];
const found = people.map(perfect);

test.each<[string, readonly OksTruth[], readonly PoseDetection[], Partial<EvaluateOksOptions>, RegExp]>([
  ["nobody annotated", [], found, { imageIds: [1, 2] }, /no person is annotated on the 2 images/],
  ["only crowds", [person({ crowd: true })], found, {}, /none of the 1 annotated persons can be found: 1 are crowds, 0 have no/],
  ["no detections", people, [], {}, /there are no detections/],
  [
    "key points that are no numbers",
    people,
    found.map((each) => ({ ...each, keypoints: [Number.NaN, 10, 1, 90, Number.NaN, 1] })),
    {},
    /no detection reaches an OKS of 0\.50 with any of the 2 persons: the nearest has 0\.0/,
  ],
  [
    "other images",
    people,
    found.map((each) => ({ ...each, imageId: 77 })),
    {},
    /none of the 2 detections is on an image of the truth: image ids are like 77 there and like 1 here$/,
  ],
  [
    "ids as text",
    people,
    found.map((each) => ({ ...each, imageId: String(each.imageId) })),
    {},
    /like "1" there and like 1 here; text and numbers are different ids/,
  ],
  [
    "other categories",
    people.map((each) => ({ ...each, category: 1 })),
    found.map((each) => ({ ...each, category: 0 })),
    {},
    /the detections have category 0, the persons have 1/,
  ],
  [
    "unscored",
    people,
    found.map((each) => ({ ...each, keypoints: [10, 10, 0, 90, 90, 0] })),
    { dropUnscored: true },
    /scores of all detections' key points are 0/,
  ],
  [
    "areas of 1",
    people.map((each) => ({ ...each, area: 1 })),
    found.map((each) => ({ ...each, keypoints: [12, 12, 1, 91, 91, 1] })),
    {},
    /areas are no areas in pixels².*0\.010 % of the box/,
  ],
  [
    "fractions",
    people,
    found.map((each) => ({ ...each, keypoints: [0.1, 0.1, 1, 0.9, 0.9, 1] })),
    {},
    /another scale: they span 0\.800 pixels in the median, those of the persons 80\.0; they look like fractions/,
  ],
  [
    "four times as large",
    people,
    found.map((each) => ({ ...each, keypoints: [40, 40, 1, 360, 360, 1] })),
    {},
    /are both in pixels of the same image\?/,
  ],
  [
    "just far off",
    people,
    found.map((each) => ({ ...each, keypoints: [50, 10, 1, 130, 90, 1] })),
    {},
    /no detection reaches an OKS of 0\.50 with any of the 2 persons: the nearest has 0\.14/,
  ],
])("%s", (_, truth, detections, changes, message) => {
  const all = { ...options, ...changes };
  const evaluation = evaluateOks(truth, detections, all);
  expect([0, -1]).toContain(evaluation.AP);
  expect(explainOks(evaluation, truth, detections, all).AP).toMatch(message);
});

test("a size that nobody has: who is smaller and who is larger; numbers above 0 need no explanation", () => {
  const evaluation = evaluateOks(people, found, options);
  const explained = explainOks(evaluation, people, found, options);
  expect(Object.keys(explained)).toEqual(["AP_M", "AR_M"]);
  expect(explained.AP_M).toBe("no person has an area of 32² to 96² pixels: 0 of 2 are smaller, 2 are larger");
});

test("a 0 at 0.75 beside a number at 0.50 names the nearest", () => {
  const near = found.map((each) => ({ ...each, keypoints: [28, 10, 1, 108, 90, 1] }));
  const evaluation = evaluateOks(people, near, options);
  expect(evaluation.AP50).toBeGreaterThan(0);
  expect(explainOks(evaluation, people, near, options).AP75).toMatch(/no detection reaches an OKS of 0\.75 .* nearest has 0\.67/);
});

test("many small detections beside some that find somebody are no reason for a 0", () => {
  const near = found.map((each) => ({ ...each, keypoints: [28, 10, 1, 108, 90, 1] }));
  const small = Array.from({ length: 9 }, () => ({ ...near[0]!, score: 0.5, keypoints: [10, 10, 1, 12, 12, 1] }));
  const evaluation = evaluateOks(people, [...near, ...small], options);
  expect([evaluation.AR50, evaluation.AR75]).toEqual([1, 0]);
  expect(explainOks(evaluation, people, [...near, ...small], options).AR75).toMatch(/nearest has 0\.67/);
});

function person(changes: Partial<OksTruth>): OksTruth {
  const keypoints = [10, 10, 2, 90, 90, 2];
  return { imageId: 1, keypoints, box: { x: 0, y: 0, width: 100, height: 100 }, area: 10000, crowd: false, ...changes };
}

function perfect({ imageId, keypoints }: OksTruth): PoseDetection {
  return { imageId, keypoints, score: 1 };
}
