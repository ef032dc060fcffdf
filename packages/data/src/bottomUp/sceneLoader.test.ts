import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { randomOf, targetShapes } from "@kindling/pose";
import { afterAll, beforeAll, expect, test } from "vitest";
import { decodeImage } from "../decode.node.ts";
import { readCoco } from "../formats/readCoco.node.ts";
import { type Batch, createLoader, type DataLoader, type LoaderOptions } from "../loader.ts";
import { LoaderError } from "../loaderError.ts";
import { allocateSamples } from "../prepareSamples.ts";
import { runPrepareTask } from "../runPrepareTask.node.ts";
import type { Dataset } from "../sample.ts";
import { synthesizeDataset } from "../synthesize.node.ts";
import { prepareScene } from "./prepareScene.ts";
import { scenesOf } from "./scene.ts";
import { publishedCrops, viewOf } from "./sceneView.ts";

const input = { width: 64, height: 48 };
const codec = { kind: "pafs", stride: 8, sigma: 7, thickness: 1 } as const;
let folder = "";
let dataset: Dataset;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "kindling-scenes-"));
  dataset = await readCoco(await synthesizeDataset({ directory: path.join(folder, "people"), count: 9, seed: 2, width: 128, height: 96 }));
});
afterAll(() => rm(folder, { recursive: true }));

const open = (changes: Partial<LoaderOptions> = {}): DataLoader =>
  createLoader({ dataset, input, codec, views: publishedCrops, batchSize: 3, workers: 0, shuffle: true, seed: 5, ...changes });

test("batches of scenes are the same from workers and without, and other in the next epoch", async () => {
  await using here = open();
  await using there = open({ workers: 2 });
  const first = await epoch(here);
  expect(await epoch(there)).toEqual(first);
  expect(first.length).toBe(Math.ceil(scenesOf(dataset, "persons").length / 3));
  const second = await epoch(here);
  const imageOf = (batches: readonly Batch[], index: number) => {
    const batch = batches.find(({ indices }) => indices.includes(index))!;
    const at = batch.indices.indexOf(index) * input.width * input.height * 4;
    return batch.image.slice(at, at + input.width * input.height * 4);
  };
  expect(imageOf(second, 0)).not.toEqual(imageOf(first, 0));
});

test("a loader made from a state in the middle of the second epoch gives the batches that were left", async () => {
  await using loader = open();
  await epoch(loader);
  const rest = await epoch(loader);
  await using resumed = open({ seed: 77, state: { seed: 5, epoch: 1, position: 1 } });
  expect(await epoch(resumed)).toEqual(rest.slice(1));
});

test("any scene of any epoch can be made again by itself", async () => {
  await using loader = open({ state: { seed: 5, epoch: 3, position: 0 } });
  const [batch] = await epoch(loader);
  const index = batch!.indices[1]!;
  const scene = scenesOf(dataset, "persons")[index]!;
  const view = viewOf(scene, publishedCrops, input, randomOf("scene", { seed: 5, epoch: 3, sample: index }));
  const alone = prepareScene(await decodeImage(scene.imagePath), scene, view, { ...codec, input });
  for (const name of ["heatmaps", "pafs", "mask"] as const) {
    const size = targetShapes(codec, input, 18)[name]!.reduce((a, b) => a * b);
    expect(batch!.targets[name]!.slice(size, 2 * size)).toEqual(alone[name]);
  }
});

test("letterboxes are the default: one scene an image, which may be kept in memory", async () => {
  await using loader = createLoader({ dataset, input, codec, batchSize: 4, workers: 0, cache: true });
  const [first, second] = [await epoch(loader), await epoch(loader)];
  expect(second).toEqual(first);
  expect(first.flatMap(({ indices, valid }) => [...indices.slice(0, valid)])).toEqual(scenesOf(dataset, "images").map((_, i) => i));
});

test("what does not go with scenes is refused, and a scene of another image's size", async () => {
  expect(() => open({ cache: true })).toThrow(LoaderError);
  const crops = { path: "crops", recordBytes: input.width * input.height * 3, records: 99 } as never; // refused before it is looked into
  expect(() => open({ stored: { crops } })).toThrow(/records of persons alone/);
  const [scene] = scenesOf(dataset, "images");
  const task = {
    kind: "scenes",
    scenes: [{ ...scene!, imageWidth: 127 }],
    draws: [{ seed: 1, epoch: 0, sample: 0 }],
    options: { input, codec, views: { kind: "letterbox" } },
  } as const;
  const into = allocateSamples(1, 18, task.options, (bytes) => new ArrayBuffer(bytes));
  await expect(runPrepareTask(task, into)).rejects.toThrow(/annotated as 127/);
});

async function epoch(loader: DataLoader): Promise<Batch[]> {
  const batches: Batch[] = [];
  for await (const batch of loader) batches.push(batch);
  return batches;
}
