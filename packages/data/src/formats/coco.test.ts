import { existsSync } from "node:fs";
import path from "node:path";
import { coco17 } from "@kindling/pose";
import { expect, test } from "vitest";
import { DatasetError, EmptyDatasetError } from "../sample.ts";
import { parseCoco } from "./coco.ts";
import { readCoco } from "./readCoco.node.ts";

const cocoMini = path.resolve(import.meta.dirname, "../../../../../shared/data/coco-mini");
const lspet = path.resolve(cocoMini, "../lspet-subset");
const labelled = Array.from({ length: 51 }, (_, at) => (at % 3 === 2 ? 2 : at + 0.5));
const options = { source: "folder/people.json", images: "pictures/" };

test.skipIf(!existsSync(cocoMini))(
  "the real COCO subset (skipped when shared/data is absent) gives 154 persons on 28 and 32 images",
  async () => {
    const [train, val] = await Promise.all(
      ["train", "val"].map((part) =>
        readCoco({ annotations: `${cocoMini}/annotations/person_keypoints_${part}.json`, images: `${cocoMini}/images` }),
      ),
    );
    expect([train!.images.length, val!.images.length]).toEqual([28, 32]);
    expect(train!.samples.length + val!.samples.length).toBe(154);
    expect(train!.name).toBe("person_keypoints_train");
    const counts = [train!, val!].map(({ skipped }) => [...skipped.values()].reduce((sum, count) => sum + count, 0));
    expect(counts).toEqual([147 - train!.samples.length, 93 - val!.samples.length]);
    expect((train!.skipped.get("crowd") ?? 0) + (val!.skipped.get("crowd") ?? 0)).toBe(6);
    expect(train!.persons.length + val!.persons.length).toBe(240);
    const crowds = [...train!.persons, ...val!.persons].filter(({ crowd }) => crowd);
    expect(crowds.length).toBe(6);
    for (const { segmentation } of crowds) expect(segmentation).toHaveProperty("counts");
    const labelled = [...train!.samples, ...val!.samples].flatMap(({ keypoints }) =>
      [...keypoints].filter((value, at) => at % 3 === 2 && value > 0),
    );
    expect(labelled.length).toBe(1452);
  },
);

test.skipIf(!existsSync(lspet))(
  "LSP's own 14 joints are refused as COCO-17 and accepted when mapped (skipped when shared/data is absent)",
  async () => {
    const images = `${lspet}/images`;
    const mapped = await readCoco({ annotations: `${lspet}/lspet_val_coco17.json`, images, limit: 7 });
    expect(mapped.samples.length).toBe(7);
    await expect(readCoco({ annotations: `${lspet}/lspet_val_lsp14.json`, images })).rejects.toThrow(
      /has 42 key point numbers, but coco17 needs 3·17 = 51/,
    );
  },
);

test("a person becomes a sample in image pixels, its box clipped to the image", () => {
  const { samples, images, name, skipped } = parseCoco(document([person({ bbox: [-5, 10, 40, 200] })]), options);
  expect(name).toBe("people");
  expect(images[0]).toEqual({ id: 1, path: "pictures/a.jpg", width: 100, height: 80 });
  expect(samples[0]).toMatchObject({ id: "7", imageId: 1, imagePath: "pictures/a.jpg", imageWidth: 100, imageHeight: 80, area: 900 });
  expect(samples[0]!.box).toEqual({ x: 0, y: 10, width: 39, height: 69 });
  expect(samples[0]!.keypoints).toEqual(Float32Array.from(labelled));
  expect(skipped.size).toBe(0);
});

test("what cannot be learnt from is left out and counted by its reason", () => {
  const unusable = [
    person({ iscrowd: 1 }),
    person({ keypoints: Array<number>(51).fill(0) }),
    person({ keypoints: undefined }),
    person({ bbox: [200, 200, 10, 10] }),
    person({ bbox: [10, 10, 0, 10] }),
    person({ bbox: [99, 79, 50, 50] }),
    person({ area: 0 }),
    person({ image_id: 2 }),
    person({ image_id: 3 }),
    person({ category_id: 18 }),
  ];
  const exists = (file: string): boolean => file !== "pictures/gone.jpg";
  const { samples, skipped } = parseCoco(document([...unusable, person({})]), { ...options, exists });
  expect(samples.length).toBe(1);
  expect(Object.fromEntries(skipped)).toEqual({
    crowd: 1,
    "no labelled key points": 2,
    "empty box": 4,
    "missing image": 2,
    "other category": 1,
  });
});

test("an area that the file lacks is 0.53 of the box, and a limit stops early", () => {
  const { samples } = parseCoco(document([person({ area: undefined }), person({ id: 8 }), person({ id: 9 })]), { ...options, limit: 2 });
  expect(samples.map(({ id }) => id)).toEqual(["7", "8"]);
  expect(samples[0]!.area).toBeCloseTo(0.53 * 20 * 60);
});

test("persons are all annotated ones of existing images: crowds, unlabelled and unusable ones too, as annotated", () => {
  const crowd = person({ id: 1, iscrowd: 1, segmentation: { counts: [3, 4], size: [80, 100] } });
  const unlabelled = person({ id: 2, keypoints: undefined, area: undefined, segmentation: [[1, 2, 3, 4, 5, 6]] });
  const outside = person({ id: 3, bbox: [200.25, 200, 10, 10] });
  const annotations = [crowd, unlabelled, outside, person({ id: 4, image_id: 3 }), person({ id: 5, category_id: 18 }), person({ id: 6 })];
  const { persons, samples } = parseCoco(document(annotations), options);
  expect(persons.map(({ id, crowd, ignore }) => [id, crowd, ignore])).toEqual([
    ["1", true, undefined],
    ["2", false, undefined],
    ["3", false, undefined],
    ["6", false, undefined],
  ]);
  expect(persons[0]!.segmentation).toEqual({ counts: [3, 4], size: [80, 100] });
  expect(persons[1]).toEqual({
    id: "2",
    imageId: 1,
    keypoints: new Float64Array(51),
    box: { x: 20, y: 10, width: 20, height: 60 },
    area: 0.53 * 20 * 60,
    crowd: false,
  });
  expect(persons[2]!.box).toEqual({ x: 200.25, y: 200, width: 10, height: 10 });
  expect(samples.map(({ id }) => id)).toEqual(["6"]);
  const kept = parseCoco(document(annotations), { ...options, segmentations: true }).persons;
  expect(kept[1]!.segmentation).toEqual([[1, 2, 3, 4, 5, 6]]);
});

test("key points of persons keep the file's full precision", () => {
  const precise = labelled.map((value, at) => (at % 3 === 2 ? value : value + 0.123456789012345));
  const { persons, samples } = parseCoco(document([person({ keypoints: precise })]), options);
  expect([...persons[0]!.keypoints]).toEqual(precise);
  expect([...samples[0]!.keypoints]).toEqual(precise.map(Math.fround));
});

test("with a limit, persons are those of the samples' images, and the others that could be samples do not count", () => {
  const annotations = [
    person({ id: 1, image_id: 2 }),
    person({ id: 2 }),
    person({ id: 3, image_id: 2 }),
    person({ id: 4, image_id: 2, iscrowd: 1 }),
  ];
  const limited = parseCoco(document(annotations), { ...options, limit: 1 });
  expect(limited.persons.map(({ id, ignore = false }) => [id, ignore])).toEqual([
    ["1", false],
    ["3", true],
    ["4", false],
  ]);
  const whole = parseCoco(document(annotations), { ...options, limit: 3 });
  expect(whole.persons.map(({ id, ignore = false }) => [id, ignore])).toEqual(["1", "2", "3", "4"].map((id) => [id, false]));
});

test("a segmentation in words is refused", () => {
  expect(() => parseCoco(document([person({ iscrowd: 1, segmentation: "all" })]), options)).toThrow(
    /annotation 7: "segmentation" must be a list of polygons, or runs as \{ counts, size \}; got a string/,
  );
});

test.each([
  ["null", null, /is a JSON object with "images" and "annotations"; got null/],
  ["a list", [], /got a list/],
  ["no annotations", { images: [] }, /folder\/people\.json: a COCO file has a list "annotations"; got nothing/],
  ["no images", { annotations: [] }, /a COCO file has a list "images"/],
  ["an annotation of null", document([null]), /annotations\[0\] must be an object/],
  [
    "too few key points",
    document([person({ keypoints: [1, 2, 2] })]),
    /annotation 7 has 3 key point numbers, but coco17 needs 3·17 = 51; choose/,
  ],
  ["key points in words", document([person({ keypoints: "left" })]), /"keypoints" must be a flat list of finite numbers/],
  [
    "a key point of null",
    document([person({ keypoints: [...labelled.slice(1), null] })]),
    /"keypoints" must be a flat list of finite numbers/,
  ],
  ["a box of three numbers", document([person({ bbox: [1, 2, 3] })]), /"bbox" must be four numbers/],
  ["an area in words", document([person({ area: "big" })]), /"area" must be a number/],
  [
    "an image without a size",
    { images: [{ id: 1, file_name: "a.jpg" }], annotations: [] },
    /image 1 \(a\.jpg\) must have "width" and "height"/,
  ],
  [
    "one id for two images",
    { ...document([]), images: ["a.jpg", "b.jpg"].map((file_name) => ({ id: 1, file_name, width: 9, height: 9 })) },
    /pictures\/a\.jpg and pictures\/b\.jpg have the same id 1/,
  ],
  ["an image without a name", { images: [{ id: 1 }], annotations: [] }, /images\[0\] must have an "id" and a "file_name"/],
])("a document with %s is a DatasetError that says what and where", (_, value, message) => {
  expect(() => parseCoco(value, options)).toThrow(DatasetError);
  expect(() => parseCoco(value, options)).toThrow(message);
});

test("key points in another order than the skeleton's are refused, other spellings are not", () => {
  const spelt = coco17.joints.map((joint) => joint.replace("_", " ").toUpperCase());
  const swapped = [...coco17.joints];
  [swapped[5], swapped[6]] = [swapped[6]!, swapped[5]!];
  const withNames = (keypoints: readonly string[]): object => ({
    ...document([person({})]),
    categories: [{ id: 1, name: "person", keypoints }],
  });
  expect(parseCoco(withNames(spelt), options).samples.length).toBe(1);
  expect(() => parseCoco(withNames(swapped), options)).toThrow(/key point 5 is "right_shoulder" in the file but "left_shoulder" in coco17/);
});

test("a dataset without a sample says why there is none", () => {
  expect(() => parseCoco(document([]), options)).toThrow(EmptyDatasetError);
  expect(() => parseCoco(document([person({ iscrowd: 1 })]), options)).toThrow(
    /none of its 1 annotations is a usable person \(1 × crowd\)/,
  );
  expect(() => parseCoco(document([person({})]), { ...options, exists: () => false })).toThrow(
    /none of its 2 images is in pictures\/ \(looked for pictures\/a\.jpg\); give the folder of the images/,
  );
  expect(() => parseCoco(document([person({})]), { ...options, limit: 0 })).toThrow(DatasetError);
});

function person(changes: Readonly<Record<string, unknown>>): object {
  return { id: 7, image_id: 1, category_id: 1, iscrowd: 0, area: 900, bbox: [20, 10, 20, 60], keypoints: labelled, ...changes };
}

function document(annotations: readonly unknown[]): object {
  const images = ["a.jpg", "gone.jpg"].map((file_name, i) => ({ id: i + 1, file_name, width: 100, height: 80 }));
  return {
    images,
    annotations,
    categories: [
      { id: 1, name: "person" },
      { id: 18, name: "dog" },
    ],
  };
}
