import { expect, test } from "vitest";
import { InputError } from "./exit.ts";
import { readingKeys, readingOf } from "./readingKeys.ts";

const none = { format: undefined, skeleton: undefined, minKeypoints: undefined, minArea: undefined, only: undefined, split: undefined };

test("without a key a file is read as it is", async () => {
  expect(Object.keys(none)).toEqual(Object.keys(readingKeys));
  expect(await readingOf(none)).toEqual({});
});

test("a split names its part, the fraction for validation, and a seed, 1 unless said", async () => {
  expect(await readingOf({ ...none, split: "training:0.25:7" })).toEqual({ split: { part: "training", validation: 0.25, seed: 7 } });
  expect(await readingOf({ ...none, split: "validation:.1" })).toEqual({ split: { part: "validation", validation: 0.1, seed: 1 } });
  await expect(readingOf({ ...none, split: "test:0.1" })).rejects.toThrow(/split: expected PART:FRACTION:SEED.*got "test:0\.1"/);
});

test("a format that there is not is refused with all that there are", async () => {
  await expect(readingOf({ ...none, format: "voc" })).rejects.toThrow(InputError);
  await expect(readingOf({ ...none, format: "voc" })).rejects.toThrow(/format: expected mpii, coco, .*; got "voc"/);
  expect(await readingOf({ ...none, format: "lsp", minKeypoints: 3 })).toEqual({ format: "lsp", minKeypoints: 3 });
});
