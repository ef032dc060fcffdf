import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { DatasetError } from "../sample.ts";
import { JsonPieces } from "./jsonPieces.ts";
import { readAnnotationDocument } from "./readAnnotationDocument.node.ts";

/** The document of a text that comes in chunks of so many bytes. */
function inChunks(text: string, bytes: number, keep: (element: unknown) => unknown = (element) => element): unknown {
  const pieces = new JsonPieces(keep);
  const all = Buffer.from(text);
  for (let at = 0; at < all.length; at += bytes) pieces.push(all.subarray(at, at + bytes));
  return pieces.finish();
}

test("any object or array comes out as JSON.parse has it, however it is cut into chunks and spaced", () => {
  const roots = fc.oneof(fc.array(fc.jsonValue()), fc.dictionary(fc.string({ unit: "grapheme" }), fc.jsonValue()));
  fc.assert(
    fc.property(roots, fc.integer({ min: 1, max: 9 }), fc.constantFrom(undefined, 1, "\t"), (root, bytes, indent) => {
      const text = ` ${JSON.stringify(root, null, indent)}\r\n`;
      expect(inChunks(text, bytes)).toEqual(JSON.parse(text));
    }),
    { numRuns: 500, seed: 5 },
  );
});

test("a text with a change is refused, or read, as JSON.parse does", () => {
  const text = JSON.stringify({
    images: [{ id: 1, name: 'a"}],[\\' }],
    annotations: [[1.5, -2e3], {}, null],
    info: { a: [] },
    n: 3,
    none: [],
  });
  for (let at = 0; at < text.length; at++) {
    for (const change of ["", ",", "]", "}", "[", "{", '"', ":", " ", "1", "\\"]) {
      const changed = text.slice(0, at) + change + text.slice(at + 1);
      let expected: unknown;
      try {
        expected = JSON.parse(changed);
      } catch {
        expect(() => inChunks(changed, 7), changed).toThrow(SyntaxError);
        continue;
      }
      expect(inChunks(changed, 7), changed).toEqual(expected);
    }
  }
  for (const broken of ["", " ", "{", "[", "[1", '{"a":[1]', '{"a":[1}', "[1,]", '{"a":[],}', "{} {}", "[1]2", "5"])
    expect(() => inChunks(broken, 3), broken).toThrow(SyntaxError);
});

test("elements are kept as wanted, whatever their array", () => {
  expect(inChunks('{"a": [1, 2], "b": {"c": [3]}, "d": [4]}', 4, (element) => Number(element) * 10)).toEqual({
    a: [10, 20],
    b: { c: [3] },
    d: [40],
  });
});

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "kindling-document-"));
});
afterAll(() => rm(folder, { recursive: true }));

test("a large file is read without outlines, but for crowds, where they are not of interest", async () => {
  const outline = [[1, 2, 3, 4, 5, 6]];
  const document = {
    images: [{ id: 1, segmentation: "of an image" }],
    annotations: [
      { id: 1, iscrowd: 0, segmentation: outline, keypoints: [1, 2, 2] },
      { id: 2, iscrowd: 1, segmentation: { counts: [1], size: [1, 1] } },
      { id: 3 },
    ],
  };
  const file = path.join(folder, "large.json");
  await writeFile(file, JSON.stringify(document));
  expect(await readAnnotationDocument(file, { largeBytes: 10 })).toEqual(document);
  const [first, ...rest] = document.annotations;
  const { annotations } = (await readAnnotationDocument(file, { largeBytes: 10, segmentations: "crowds" })) as typeof document;
  expect(annotations).toEqual([{ id: first!.id, iscrowd: 0, keypoints: [1, 2, 2] }, ...rest]);
  await writeFile(file, '{"images": [1, 2,, 3]}');
  const reading = readAnnotationDocument(file, { largeBytes: 10 });
  await expect(reading).rejects.toThrow(DatasetError);
  await expect(reading).rejects.toThrow(/large\.json: is not JSON \(nothing stands beside a comma\)/);
});
