import { existsSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { DatasetError, EmptyDatasetError } from "../sample.ts";
import { parseCoco } from "./coco.ts";
import { parseDetectedBoxes, withDetectedBoxes } from "./detectedBoxes.ts";
import { readDataset } from "./readDataset.node.ts";
import * as browser from "./readDetectedBoxes.browser.ts";
import { readDetectedBoxes } from "./readDetectedBoxes.node.ts";

const coco = path.resolve(import.meta.dirname, "../../../../../shared/data/mmpose/coco");

test.skipIf(!existsSync(coco))(
  "real detections become samples whose truth is the file's (skipped when shared/data is absent)",
  async () => {
    const dataset = await readDataset({ annotations: path.join(coco, "test_coco.json") });
    const file = path.join(coco, "test_coco_det_AP_H_56.json");
    const boxes = await readDetectedBoxes(file);
    expect(boxes.length).toBe(118);
    const detected = withDetectedBoxes(dataset, boxes, file);
    expect(detected.samples.length).toBe(118);
    expect(detected.persons).toBe(dataset.persons);
    expect(detected.samples[0]).toMatchObject({ id: "0", imageId: 785, score: boxes[0]!.score, box: boxes[0]!.box, imageWidth: 640 });
    expect(detected.selection).toContain("test_coco_det_AP_H_56.json");
    const better = await readDetectedBoxes(file, { imageThreshold: 0.5 });
    expect(better).toEqual(boxes.filter(({ score }) => score >= 0.5));
  },
);

const box = (x: number, score: number, changes: object = {}): object => ({
  image_id: 1,
  category_id: 1,
  bbox: [x, 0, 10, 10],
  score,
  ...changes,
});

test("overlapping boxes of one image lose against the better ones, in the order of the file", () => {
  const document = [box(1, 0.5), box(0, 0.9), box(1, 0.4, { image_id: 2 }), box(9, 0.3), box(40, 0.1)];
  const scores = (nmsThreshold?: number): readonly number[] =>
    parseDetectedBoxes(document, "boxes.json", nmsThreshold === undefined ? {} : { nmsThreshold }).map(({ score }) => score);
  expect(scores()).toEqual([0.5, 0.9, 0.4, 0.3, 0.1]);
  expect(scores(0.5)).toEqual([0.9, 0.4, 0.3, 0.1]);
  expect(scores(0.01)).toEqual([0.9, 0.4, 0.1]);
});

test.each([
  ["an object", {}, /boxes\.json: detected boxes are a list of \{ image_id, category_id, bbox, score \}; got an object/],
  ["a box without a score", [box(0, 1, { score: undefined })], /boxes\.json: box 0 must have an "image_id"/],
  ["boxes of other categories alone", [box(0, 1, { category_id: 3 })], /no box has category_id 1; there are 3/],
  ["nothing", [], /no box has category_id 1; there are no boxes/],
])("%s is refused in one sentence", (_, document, message) => {
  expect(() => parseDetectedBoxes(document, "boxes.json")).toThrow(DatasetError);
  expect(() => parseDetectedBoxes(document, "boxes.json")).toThrow(message);
});

test("babyPose's detector calls persons 3", () => {
  expect(parseDetectedBoxes([box(0, 1, { category_id: 3 }), box(1, 1)], "boxes.json", { category: 3 }).length).toBe(1);
});

test("boxes elsewhere and empty ones are left out and counted; none left is an error", () => {
  const dataset = parseCoco(
    {
      images: [{ id: 1, file_name: "a.jpg", width: 50, height: 50 }],
      annotations: [{ id: 1, image_id: 1, bbox: [0, 0, 9, 9], keypoints: Array<number>(51).fill(2) }],
    },
    { source: "a.json", images: "." },
  );
  const boxes = parseDetectedBoxes([box(0, 1), box(0, 1, { image_id: 9 }), box(0, 1, { bbox: [0, 0, 0, 5] })], "boxes.json");
  const { samples, skipped } = withDetectedBoxes(dataset, boxes, "boxes.json");
  expect(samples.length).toBe(1);
  expect([...samples[0]!.keypoints]).toEqual(Array<number>(51).fill(0));
  expect(Object.fromEntries(skipped)).toEqual({ "missing image": 1, "empty box": 1 });
  expect(() => withDetectedBoxes(dataset, boxes.slice(1), "boxes.json")).toThrow(EmptyDatasetError);
});

test("the browser's reader has the same interface", () => {
  expect(browser.readDetectedBoxes satisfies typeof readDetectedBoxes).toBeTypeOf("function");
});
