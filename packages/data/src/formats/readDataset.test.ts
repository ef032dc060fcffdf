import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { DatasetError } from "../sample.ts";
import * as browser from "./readDataset.browser.ts";
import { readDataset } from "./readDataset.node.ts";

const people = {
  images: ["a.jpg", "deep/b.jpg", "c.jpg", "nowhere/d.jpg"].map((file_name, id) => ({ id, file_name, width: 100, height: 80 })),
  annotations: [0, 1, 2, 3].map((image_id) => ({ id: image_id, image_id, bbox: [1, 1, 50, 50], keypoints: Array<number>(51).fill(2) })),
};
let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "kindling-coco-"));
  await mkdir(path.join(folder, "images/deep"), { recursive: true });
  for (const file of ["a.jpg", "deep/b.jpg"]) await writeFile(path.join(folder, "images", file), "");
  await writeFile(path.join(folder, "broken.json"), '{"images": [');
  await writeFile(path.join(folder, "people.json"), JSON.stringify(people));
});
afterAll(() => rm(folder, { recursive: true }));

test("images are looked for in their subfolders, and a missing one only costs its samples", async () => {
  const { samples, skipped } = await readDataset({ annotations: path.join(folder, "people.json"), images: path.join(folder, "images") });
  expect(samples.map(({ imagePath }) => path.relative(folder, imagePath))).toEqual(["images/a.jpg", "images/deep/b.jpg"]);
  expect(Object.fromEntries(skipped)).toEqual({ "missing image": 2 });
});

test.each([
  ["a missing file", { annotations: "none.json" }, /annotations file .*none\.json: there is no such file/],
  ["a folder", { annotations: "images" }, /annotations file .*images: is a folder/],
  ["broken JSON", { annotations: "broken.json" }, /annotations file .*broken\.json: is not JSON/],
  [
    "a missing images folder",
    { annotations: "people.json", images: "pictures" },
    /images folder .*pictures: there is no such folder; give the folder of the images of .*people\.json/,
  ],
  [
    "a file as images folder",
    { annotations: "people.json", images: "broken.json" },
    /images folder .*broken\.json: there is no such folder/,
  ],
  ["images elsewhere", { annotations: "people.json" }, /none of its 4 images is in/],
] as readonly [string, { annotations: string; images?: string }, RegExp][])(
  "%s is a DatasetError that says what, where and what to do",
  async (_, { annotations, images }, message) => {
    const reading = readDataset({ annotations: path.join(folder, annotations), ...(images && { images: path.join(folder, images) }) });
    await expect(reading).rejects.toThrow(DatasetError);
    await expect(reading).rejects.toThrow(message);
  },
);

test("the browser's reader has the same interface", () => {
  expect(browser.readDataset satisfies typeof readDataset).toBeTypeOf("function");
});
