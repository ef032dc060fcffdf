import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { DatasetError } from "@kindling/data";
import { createModel } from "@kindling/models";
import { coco17, lsp14, SkeletonError, skeletonNamed } from "@kindling/pose";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readDataSet, skeletonOf } from "./readDataSet.node.ts";

let folder = "";
const file = (name: string): string => path.join(folder, name);
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "kindling-data-set-"));
  const keypoints = lsp14.joints.flatMap((_, k) => [k, k + 1, 2]);
  const document = {
    images: [0, 1, 2].map((id) => ({ id, file_name: `${id}.jpg`, width: 100, height: 100 })),
    annotations: [0, 1, 2].map((id) => ({ id, image_id: id, bbox: [0, 0, 50, 50], keypoints })),
    categories: [{ id: 1, name: "person", keypoints: lsp14.joints }],
  };
  for (const annotation of document.annotations) Object.assign(annotation, { category_id: 1 });
  await writeFile(file("lsp.json"), JSON.stringify(document));
  for (const { file_name } of document.images) await writeFile(file(file_name), "");
  await writeFile(file("few.txt"), "2.jpg\n\n0\n");
  const boxes = [2, 1, 0, 9].map((image_id, i) => ({ image_id, category_id: 1, bbox: [1, 2, 30, 40], score: 0.9 - i / 10 }));
  await writeFile(file("boxes.json"), JSON.stringify(boxes));
  await writeFile(
    file("pair.yaml"),
    "name: pair\njoints: [left_wrist, right_wrist]\nlimbs: [[left_wrist, right_wrist]]\nsigmas: [0.06, 0.06]\n",
  );
  await writeFile(file("broken.yaml"), "name: [");
});
afterAll(() => rm(folder, { recursive: true }));

test("keys of a recipe say how a file is read, with which skeleton and of which images", async () => {
  const set = { data: file("lsp.json"), images: folder };
  expect((await readDataSet(set)).skeleton).toBe(lsp14);
  const mapped = await readDataSet({ ...set, skeleton: "coco17", only: file("few.txt") });
  expect(mapped.skeleton).toBe(coco17);
  expect(mapped.samples.map(({ imageId }) => imageId)).toEqual([0, 2]);
  const own = await readDataSet({ ...set, skeleton: file("pair.yaml") });
  expect([...own.samples[0]!.keypoints]).toEqual([11, 12, 2, 6, 7, 2]);
});

test("detected boxes take the place of the annotated ones, on the images of the first so many persons", async () => {
  const set = { data: file("lsp.json"), images: folder, boxes: { file: file("boxes.json"), imageThreshold: 0.65 } };
  const all = await readDataSet(set);
  expect(all.samples.map(({ imageId, score }) => [imageId, score])).toEqual([
    [2, 0.9],
    [1, 0.8],
    [0, 0.7],
  ]);
  expect(all.persons.length).toBe(3);
  const limited = await readDataSet(set, { limit: 1 });
  expect([limited.samples.map(({ imageId }) => imageId), limited.persons.map(({ imageId }) => imageId)]).toEqual([[0], [0]]);
});

test("a skeleton is built in, or a file's; neither is refused in one sentence", async () => {
  expect(await skeletonOf("lsp14")).toBe(lsp14);
  expect((await skeletonOf(file("pair.yaml"))).flipPairs).toEqual([[0, 1]]);
  await expect(skeletonOf("coco")).rejects.toThrow(SkeletonError);
  await expect(skeletonOf(file("broken.yaml"))).rejects.toThrow(/broken\.yaml: is no valid YAML or JSON/);
  await expect(skeletonOf(file("none.json"))).rejects.toThrow(DatasetError);
  await expect(skeletonOf(file("none.json"))).rejects.toThrow(/the skeleton .*none\.json: cannot be read \(there is no such file\)/);
});

test("the skeletons that networks' cards name are built in, with as many joints", () => {
  for (const joints of [17, 18, 26, 133]) {
    const { skeleton } = createModel("hrnet-w8", { joints }).card;
    expect(skeletonNamed(skeleton!).joints.length).toBe(joints);
  }
});
