import { evaluateOks } from "@kindling/pose";
import { expect, test } from "vitest";
import { DatasetError } from "../sample.ts";
import { parseCocoDetections } from "./cocoDetections.ts";
import { parseCocoTruth } from "./cocoTruth.ts";

const source = "truth.json";

test("every annotation is kept, with what pycocotools goes by; missing key points are zeros, a missing area 0.53 of the box", () => {
  const { persons, imageIds, joints, jointNames, notes } = parseCocoTruth(
    document([
      person({ num_keypoints: 0 }),
      person({ id: 2, keypoints: undefined, iscrowd: 1 }),
      person({ id: 3, area: undefined, category_id: 7 }),
    ]),
    { source },
  );
  expect(persons[0]).toEqual({
    imageId: 1,
    category: 1,
    keypoints: [1, 2, 2, 3, 4, 1],
    box: { x: 1, y: 2, width: 10, height: 20 },
    area: 150,
    crowd: false,
    labels: 0,
  });
  expect(persons[1]).toMatchObject({ crowd: true, keypoints: new Float64Array(6) });
  expect(persons[2]).toMatchObject({ area: 106, category: 7 });
  expect([imageIds, joints, jointNames]).toEqual([[1, 2], 2, ["head", "foot"]]);
  expect(notes).toEqual(['1 annotations have no "area": 0.53 of their box is taken, as xtcocotools does']);
});

test("an id of 0 is told, since pycocotools counts it wrongly; the crowding of images is read", () => {
  const truth = parseCocoTruth({ ...document([person({ id: 0 })]), images: [{ id: 1, crowdIndex: 0.3 }, { id: 2 }] }, { source });
  expect(truth.notes[0]).toMatch(/id 0/);
  expect([...truth.crowdIndex]).toEqual([[1, 0.3]]);
});

test("the parts of a whole body are put together, in the order of its joints; labels are counted anew", () => {
  const parts = { foot_kpts: [5, 5, 1], face_kpts: [6, 6, 1], lefthand_kpts: [7, 7, 1], righthand_kpts: [8, 8, 1] };
  const { persons, joints } = parseCocoTruth(document([person({ ...parts, num_keypoints: 0 })]), { source, wholeBody: true });
  expect([joints, persons[0]!.keypoints]).toEqual([6, [1, 2, 2, 3, 4, 1, 5, 5, 1, 6, 6, 1, 7, 7, 1, 8, 8, 1]]);
  expect(persons[0]!.labels).toBeUndefined();
  const result = { image_id: 1, keypoints: [1, 2, 1, 3, 4, 1], ...parts, score: 1 };
  const [found] = parseCocoDetections([result], { source, joints, wholeBody: true });
  expect(found!.keypoints).toHaveLength(18);
});

test("results: areas are the boxes' where the first result has one, else the key points' extent, as loadRes has it", () => {
  const plain = { image_id: 1, category_id: 1, keypoints: [0, 0, 1, 10, 20, 1], score: 0.5 };
  expect(parseCocoDetections([plain], { source, joints: 2 })).toEqual([
    { imageId: 1, category: 1, keypoints: plain.keypoints, score: 0.5 },
  ]);
  const [boxed] = parseCocoDetections([{ ...plain, bbox: [1, 2, 3, 4] }], { source, joints: 2 });
  expect(boxed).toMatchObject({ area: 12, box: { x: 1, y: 2, width: 3, height: 4 } });
  expect(() => parseCocoDetections([{ ...plain, bbox: [1, 2, 3, 4] }, plain], { source, joints: 2 })).toThrow(
    /since the first result has one/,
  );
});

test("read documents evaluate: a perfect result gives 1", () => {
  const { persons, imageIds } = parseCocoTruth(document([person({ area: 2000 })]), { source });
  const found = parseCocoDetections([{ image_id: 1, category_id: 1, keypoints: [1, 2, 1, 3, 4, 1], score: 1 }], { source, joints: 2 });
  expect(evaluateOks(persons, found, { sigmas: [0.1, 0.1], imageIds }).AP).toBeCloseTo(1, 12);
});

test.each<[string, unknown, RegExp]>([
  ["null", null, /truth\.json: a COCO file is a JSON object with "images" and "annotations"; got null/],
  ["results", [], /got a list/],
  ["no images", { annotations: [] }, /has a list "images"/],
  ["an image without id", { images: [{}], annotations: [] }, /images\[0\] must have an "id"/],
  ["nothing annotated", document([]), /no annotation has "keypoints"/],
  ["an annotation of null", document([null]), /annotations\[0\] must be an object; got null/],
  ["no image id", document([person({ image_id: null })]), /annotation 1: "image_id" must be a number or text; got null/],
  ["a category of null", document([person({ category_id: null })]), /"category_id" must be/],
  ["a short box", document([person({ bbox: [1, 2, 3] })]), /"bbox" must be four numbers/],
  ["a negative area", document([person({ area: -1 })]), /"area" must be a number of pixels², 0 or more; got -1/],
  ["key points in words", document([person({ keypoints: "head" })]), /"keypoints" must be a flat list/],
  ["a torn key point", document([person({ keypoints: [1, 2] })]), /"keypoints" must be a flat list/],
  ["two skeletons", document([person({}), person({ id: 2, keypoints: [1, 2, 2] })]), /annotation 2 has 3 key point numbers, others have 6/],
])("truth of %s is one sentence", (_, value, message) => {
  expect(() => parseCocoTruth(value, { source })).toThrow(DatasetError);
  expect(() => parseCocoTruth(value, { source })).toThrow(message);
});

test.each<[string, unknown, RegExp]>([
  ["the annotations", document([]), /results are a list of .*; got an object; this looks like the annotations/],
  ["a result of null", [null], /result 0 must be an object; got null/],
  ["no image id", [{ keypoints: [], score: 1 }], /"image_id" must be/],
  ["a category of null", [{ image_id: 1, category_id: null, score: 1 }], /"category_id" must be/],
  ["no score", [{ image_id: 1, keypoints: [1, 2, 1, 3, 4, 1] }], /result 0: "score" must be a number; got nothing/],
  ["no key points", [{ image_id: 1, score: 1 }], /result 0: "keypoints" must be a flat list .* got nothing/],
  ["boxes alone", [{ image_id: 1, score: 1, bbox: [1, 2, 3, 4] }], /"keypoints" must be a flat list/],
  [
    "17 joints for 2",
    [{ image_id: 1, score: 1, keypoints: Array(51).fill(1) }],
    /has 51 key point numbers; the truth has 2 joints, 3·2 = 6/,
  ],
])("results of %s are one sentence", (_, value, message) => {
  expect(() => parseCocoDetections(value, { source, joints: 2 })).toThrow(DatasetError);
  expect(() => parseCocoDetections(value, { source, joints: 2 })).toThrow(message);
});

function person(changes: Readonly<Record<string, unknown>>): object {
  const keypoints = [1, 2, 2, 3, 4, 1];
  return { id: 1, image_id: 1, category_id: 1, iscrowd: 0, area: 150, bbox: [1, 2, 10, 20], keypoints, ...changes };
}

function document(annotations: readonly unknown[]): object {
  return { images: [{ id: 1 }, { id: 2 }], annotations, categories: [{ id: 1, name: "person", keypoints: ["head", "foot"] }] };
}
