import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { decodeImage } from "./decode.node.ts";
import { readCoco } from "./formats/readCoco.node.ts";
import { DatasetError } from "./sample.ts";
import * as browser from "./synthesize.browser.ts";
import { synthesizeDataset } from "./synthesize.node.ts";

const options = { count: 10, seed: 3, width: 96, height: 64 };
let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "kindling-synthesize-"));
});
afterAll(() => rm(folder, { recursive: true }));

test("a synthetic dataset is one that readCoco reads, and its images are of the annotated size", async () => {
  const progress: number[] = [];
  const made = await synthesizeDataset({
    directory: path.join(folder, "deep/people"),
    ...options,
    onProgress: (done) => progress.push(done),
  });
  const dataset = await readCoco(made);
  expect(progress).toEqual([8, 10]);
  expect(dataset.images.length).toBe(10);
  expect(dataset.samples.length).toBe(made.samples);
  expect(made.samples).toBeGreaterThanOrEqual(10);
  for (const { path: file, width, height } of dataset.images) expect(await decodeImage(file)).toMatchObject({ width, height });
  expect(await readdir(path.join(folder, "deep"))).toEqual(["people"]);
});

test("the same seed gives the same bytes, another seed other images, and a larger count only appends", async () => {
  const make = async (name: string, changes: Partial<typeof options>): Promise<string> => {
    await synthesizeDataset({ directory: path.join(folder, name), ...options, ...changes });
    return path.join(folder, name);
  };
  const [a, b, other, more] = [
    await make("a", {}),
    await make("b", {}),
    await make("other", { seed: 4 }),
    await make("more", { count: 11 }),
  ];
  expect(await bytesOf(a)).toEqual(await bytesOf(b));
  expect((await bytesOf(more)).slice(1, 11)).toEqual((await bytesOf(a)).slice(1));
  expect((await bytesOf(other))[1]).not.toEqual((await bytesOf(a))[1]);
});

test("an identical synthesis is reused untouched, and an empty folder is used", async () => {
  const directory = path.join(folder, "again");
  await mkdir(directory);
  const first = await synthesizeDataset({ directory, ...options });
  const before = await stat(first.annotations);
  expect(await synthesizeDataset({ directory, ...options })).toEqual(first);
  expect((await stat(first.annotations)).mtimeMs).toBe(before.mtimeMs);
});

test("a folder with something else is refused and left alone", async () => {
  const directory = path.join(folder, "taken");
  await mkdir(directory);
  await writeFile(path.join(directory, "thesis.txt"), "mine");
  await expect(synthesizeDataset({ directory, ...options })).rejects.toThrow(/taken: is not empty and holds something else/);
  expect(await readdir(directory)).toEqual(["thesis.txt"]);

  const made = await synthesizeDataset({ directory: path.join(folder, "incomplete"), ...options });
  await rm(path.join(made.images, "000004.jpg"));
  await expect(synthesizeDataset({ directory: path.join(folder, "incomplete"), ...options })).rejects.toThrow(DatasetError);
  await expect(synthesizeDataset({ directory: path.join(folder, "taken/thesis.txt"), ...options })).rejects.toThrow(/is no folder/);
});

test.each([
  ["count", 0],
  ["count", 1.5],
  ["seed", -1],
  ["width", 31],
  ["height", Number.NaN],
])("%s %s is refused before anything is written", async (name, value) => {
  const directory = path.join(folder, "never");
  await expect(synthesizeDataset({ directory, ...options, [name]: value })).rejects.toThrow(
    new RegExp(`synthesize: ${name} must be a whole number`),
  );
  expect(await readdir(folder)).not.toContain("never");
});

test("the browser's function has the same interface", () => {
  expect(browser.synthesizeDataset satisfies typeof synthesizeDataset).toBeTypeOf("function");
});

/** The annotations first, then every image in order. */
async function bytesOf(directory: string): Promise<Buffer[]> {
  const images = (await readdir(path.join(directory, "images"))).sort();
  return Promise.all(
    ["annotations.json", ...images.map((name) => path.join("images", name))].map((name) => readFile(path.join(directory, name))),
  );
}
