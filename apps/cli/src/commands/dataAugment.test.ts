import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { synthesizeDataset } from "@kindling/data";
import { afterAll, beforeAll, expect, test } from "vitest";
import { kindling } from "../testing/kindling.ts";

let root = "";
let recipe = "";
beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), "kindling-data-augment-"));
  const { annotations, images } = await synthesizeDataset({
    directory: path.join(root, "people"),
    count: 4,
    seed: 1,
    width: 64,
    height: 48,
  });
  const set = `{ data: ${JSON.stringify(annotations)}, images: ${JSON.stringify(images)} }`;
  recipe = path.join(root, "recipe.yaml");
  const lines = [
    "name: augmented",
    "seed: 3",
    "student: { model: squeezenet-hpe }",
    `data: { train: ${set}, validation: { data: none.json }, input: [32, 24], batchSize: 2, limit: 3, augment: hrnet }`,
    "losses: [{ name: gt, kind: mse }]",
    "optimizer: { kind: adam, learningRate: 1e-3, weightDecay: 0 }",
    "schedule: { kind: constant, epochs: 5 }",
  ];
  await writeFile(recipe, lines.join("\n"));
});
afterAll(() => rm(root, { recursive: true, force: true }));

const augment = (...words: readonly string[]) => kindling("data", "augment", recipe, `out=${root}`, ...words);
const viewsOf = (out: string): readonly { sample: number; epoch: number; affine: unknown }[] => JSON.parse(out).views;

test("data augment draws the persons of an epoch, or one person over epochs, the same views in both", async () => {
  const [third, person] = [await augment("epoch=3", "--json"), await augment("sample=1", "--json")];
  expect(third.status, third.err).toBe(0);
  expect(viewsOf(third.out).map(({ sample, epoch }) => [sample, epoch])).toEqual([0, 1, 2].map((sample) => [sample, 3]));
  expect(viewsOf(person.out).map(({ sample, epoch }) => [sample, epoch])).toEqual([1, 2, 3, 4, 5].map((epoch) => [1, epoch]));
  expect(viewsOf(third.out)[1]).toEqual(viewsOf(person.out)[2]);
  expect(viewsOf(person.out)[0]!.affine).not.toEqual(viewsOf(person.out)[1]!.affine);
  for (const name of ["augmented-epoch-3.jpg", "augmented-sample-1.jpg"])
    expect((await stat(path.join(root, name))).size).toBeGreaterThan(1000);
  const plain = await augment("data.augment=none", "sample=1", "count=2", "--json");
  expect(viewsOf(plain.out)[0]!.affine).toEqual(viewsOf(plain.out)[1]!.affine);
  expect((await augment("count=1")).out).toContain("1 persons of epoch 1, augment hrnet");
});

test.each([
  [["epoch=6"], /epoch: the recipe has 5 epochs; got 6/],
  [["sample=3"], /sample: the training set has the persons 0 … 2; got 3/],
  [["data.augment=all"], /data\.augment: expected none, hrnet, .* got "all"/],
])("data augment %j is one sentence and ends with 2", async (words, message) => {
  const { status, out, err } = await augment(...words);
  expect({ status, out }).toEqual({ status: 2, out: "" });
  expect(err.trim()).toMatch(message);
  expect(err.trim()).not.toContain("\n");
});
