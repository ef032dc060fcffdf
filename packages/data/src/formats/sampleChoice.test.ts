import { expect, test } from "vitest";
import { DatasetError } from "../sample.ts";
import { parseCoco } from "./coco.ts";
import { firstSamples } from "./firstSamples.ts";

const count = 40;
const document = {
  images: Array.from({ length: count }, (_, id) => ({ id, file_name: `deep/${id}.jpg`, width: 100, height: 80 })),
  annotations: Array.from({ length: 2 * count }, (_, id) => ({
    id,
    image_id: id >> 1,
    bbox: [0, 0, 50, 50],
    area: 10 * (id + 1),
    keypoints: Array.from({ length: 51 }, (_, at) => (at % 3 < 2 || at / 3 < 1 + (id % 4) ? 2 : 0)),
  })),
};
const options = { source: "a.json", images: "pictures" };

test("the two parts of a split share no image and are the whole; a seed decides them", () => {
  const split = (part: "training" | "validation", seed: number): readonly unknown[] =>
    parseCoco(document, { ...options, split: { part, validation: 0.25, seed } }).images.map(({ id }) => id);
  const [training, validation] = [split("training", 3), split("validation", 3)];
  expect(validation.length).toBe(10);
  expect([...training, ...validation].sort()).toEqual(document.images.map(({ id }) => id).sort());
  expect(split("validation", 3)).toEqual(validation);
  expect(split("validation", 4)).not.toEqual(validation);
});

test("persons of images that are not chosen are counted and no part of the dataset", () => {
  const dataset = parseCoco(document, { ...options, onlyImages: { names: new Set(["3", "7.jpg"]), source: "lists/few.txt" } });
  expect(dataset.images.map(({ id }) => id)).toEqual([3, 7]);
  expect(dataset.persons.map(({ id }) => id)).toEqual(["6", "7", "14", "15"]);
  expect(dataset.samples.map(({ id }) => id)).toEqual(["6", "7", "14", "15"]);
  expect(Object.fromEntries(dataset.skipped)).toEqual({ "image not chosen": 2 * count - 4 });
  expect(dataset.selection).toBe("only=few.txt");
});

test("the first samples of a dataset are those that reading it with this limit gives", () => {
  const whole = parseCoco(document, options);
  for (const limit of [1, 7, 8]) {
    const { samples, persons } = firstSamples(whole, limit);
    const read = parseCoco(document, { ...options, limit });
    expect(samples).toEqual(read.samples);
    expect(persons).toEqual(read.persons);
  }
  expect(firstSamples(whole, 2 * count)).toBe(whole);
});

test("persons with few key points or a small area are no samples, and do not count in an evaluation", () => {
  const { samples, persons, skipped, selection } = parseCoco(document, { ...options, minKeypoints: 3, minArea: 500 });
  expect(samples.every(({ area }) => area >= 500)).toBe(true);
  expect(samples.length).toBe(16);
  expect(persons.length).toBe(2 * count);
  expect(persons.filter(({ ignore }) => !ignore).map(({ id }) => id)).toEqual(samples.map(({ id }) => id));
  expect(Object.fromEntries(skipped)).toEqual({ "few key points": 40, "small area": 24 });
  expect(selection).toBe("minKeypoints=3 minArea=500");
});

test.each([
  [
    "a name that no image has",
    { onlyImages: { names: new Set(["99.jpg"]), source: "few.txt" } },
    /few\.txt: no image of a\.json has the id or file name "99\.jpg"/,
  ],
  ["a part without images", { split: { part: "training", validation: 0.001, seed: 1 } }, /leaves one part of its 40 images empty/],
] as const)("%s is refused", (_, choice, message) => {
  expect(() => parseCoco(document, { ...options, ...choice })).toThrow(DatasetError);
  expect(() => parseCoco(document, { ...options, ...choice })).toThrow(message);
});
