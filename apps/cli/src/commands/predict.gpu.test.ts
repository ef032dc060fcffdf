import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { createLoader } from "@kindling/data";
import { openDevice } from "@kindling/gpu";
import { readSafetensors, writeSafetensors } from "@kindling/models";
import { createRandom } from "@kindling/pose";
import { relativeError } from "@kindling/proof";
import { Evaluator, loadNetwork, readNetworkFile } from "@kindling/trainer";
import sharp from "sharp";
import { afterAll, expect, test } from "vitest";
import { kindling } from "../testing/kindling.ts";
import { tinyRun } from "../testing/tinyRun.ts";

const golden = path.resolve(import.meta.dirname, "../../../../../shared/golden/models");
const tiny = await tinyRun();
afterAll(() => tiny[Symbol.asyncDispose]());
const { run, dataset, folder } = tiny;
const sample = dataset.samples[1]!;
const box = `box=${sample.box.x},${sample.box.y},${sample.box.width + 1},${sample.box.height + 1}`; // readCoco's box is one pixel smaller

interface Prediction {
  readonly image_id: number | string;
  readonly file_name: string;
  readonly category_id: number;
  readonly keypoints: readonly number[];
  readonly score: number;
}

test("a person's box gives the key points that an evaluation finds, in COCO's form, and a picture of the image's size", async () => {
  const out = path.join(folder, "one");
  const { status, out: printed, err } = await kindling("predict", sample.imagePath, `weights=${run.path}`, box, `out=${out}`, "--json");
  expect(status, err).toBe(0);
  const { predictions } = JSON.parse(printed) as { predictions: readonly Prediction[] };
  expect(JSON.parse(await readFile(path.join(out, "predictions.json"), "utf8"))).toEqual(predictions);
  const image_id = Number(path.parse(sample.imagePath).name);
  expect(predictions).toMatchObject([{ image_id, file_name: sample.imagePath, category_id: 1, score: expect.any(Number) }]);
  expect(relativeError(Float32Array.from(predictions[0]!.keypoints), await evaluated(1))).toBeLessThan(1e-5);
  const picture = await readFile(path.join(out, `${path.parse(sample.imagePath).name}-pose.jpg`));
  expect(await sharp(picture).metadata()).toMatchObject({ format: "jpeg", width: sample.imageWidth, height: sample.imageHeight });
});

/** Key points that the evaluator finds for a sample. */
async function evaluated(index: number): Promise<Float64Array> {
  const network = await readNetworkFile(run.path);
  using device = await openDevice();
  using loaded = loadNetwork(device, network);
  const size = { height: 64, width: 48 };
  using evaluator = await Evaluator.create(device, { ...loaded, input: [64, 48], batchSize: 2, losses: [] });
  await using loader = createLoader({ dataset, input: size, batchSize: 2, limit: index + 1, workers: 0 });
  const { predictions } = await evaluator.evaluate({ dataset, loader, threshold: 0.1, lossWeights: [] });
  return predictions[index]!.keypoints;
}

test("without a box the whole image is taken, which is said; images of one name get pictures of their own", async () => {
  const out = path.join(folder, "several");
  const words = [sample.imagePath, sample.imagePath, `weights=${run.bestWeights}`, `out=${out}`];
  const { status, out: printed, err } = await kindling("predict", ...words);
  expect(status, err).toBe(0);
  expect(err).toContain("the whole image is taken");
  expect(printed.trimEnd().split("\n")).toHaveLength(3);
  const stem = path.parse(sample.imagePath).name;
  for (const name of [`${stem}-pose.jpg`, `${stem}-pose-2.jpg`, "predictions.json"])
    expect(existsSync(path.join(out, name)), name).toBe(true);
});

const broken = path.join(folder, "broken.jpg");
await writeFile(broken, (await readFile(sample.imagePath)).subarray(0, 900));
const unnamed = path.join(folder, "unnamed.safetensors");
await writeFile(unnamed, writeSafetensors(readSafetensors(await readFile(run.bestWeights)).tensors));
const grey = path.join(folder, "grey.safetensors");
await writeFile(grey, writeSafetensors(new Map([["x", { shape: [1, 1, 64, 48], data: new Float32Array(64 * 48) }]])));
const weights = `weights=${run.path}`;
const heatmaps = `heatmaps=${path.join(folder, "out.safetensors")}`;

test.each([
  [[sample.imagePath], "weights=PATH is missing"],
  [[weights], "IMAGE is missing"],
  [["none.jpg", weights], "none.jpg: there is no such image"],
  [[broken, weights], "broken.jpg: is no readable image"],
  [[sample.imagePath, weights, "box=5,5,-20,20"], "box must be x,y,width,height with an inside; got 5,5,-20,20"],
  [[sample.imagePath, weights, "box=500,5,20,20"], "box 500,5,20,20 lies outside of"],
  [[sample.imagePath, weights, "box=1,2,3"], "box must be 4 numbers"],
  [[sample.imagePath, weights, "model=hrnet-w8"], "the weights do not fit the model"],
  [[sample.imagePath, weights, "model=hrnet"], `no model is named "hrnet"`],
  [[sample.imagePath, weights, heatmaps], "heatmaps is for tensor"],
  [[sample.imagePath, `weights=${unnamed}`], "does not say which network it holds; give model="],
  [[sample.imagePath, `weights=${unnamed}`, "model=squeezenet-hpe", "width=0.25"], "does not say the size of its input; give input=HxW"],
  [[sample.imagePath, `weights=${broken}`, "model=squeezenet-hpe"], "broken.jpg: neither a safetensors file nor"],
  [["--tensor", grey, weights], "heatmaps=OUT.safetensors is missing"],
  [["--tensor", grey, weights, heatmaps, sample.imagePath], "give images or tensor, not both"],
  [["--tensor", grey, weights, heatmaps, "box=1,2,3,4"], "box is for images"],
  [["--tensor", grey, weights, heatmaps], "x must be images [n,3,h,w]; got [1, 1, 64, 48]"],
  [["--tensor", unnamed, weights, heatmaps], "holds no tensor x [n,3,h,w], only backbone.0.weight"],
  [["--tensor", path.join(folder, "none"), weights, heatmaps], "there is no such file"],
])("predict %j is one sentence and ends with 2", async (words, sentence) => {
  const place = words.some((word) => word.startsWith("--tensor")) ? [] : [`out=${path.join(folder, "refused")}`];
  const { status, out, err } = await kindling("predict", ...words, ...place, "--json");
  expect(err).toContain(sentence);
  expect(err).not.toContain("\n    at ");
  expect({ status, out }).toEqual({ status: 2, out: "" });
});

test("a tensor of more images than fit one batch gives each image what it gives alone", async () => {
  const random = createRandom(3);
  const data = Float32Array.from({ length: 17 * 3 * 64 * 48 }, () => random() - 0.5);
  const all = await heatmapsOf("all", [17, 3, 64, 48], data);
  const last = await heatmapsOf("last", [1, 3, 64, 48], data.slice(16 * 3 * 64 * 48));
  expect(all.shape).toEqual([17, 17, 16, 12]);
  expect(relativeError(all.data.subarray(16 * 17 * 16 * 12), last.data)).toBeLessThan(1e-5);
});

async function heatmapsOf(
  name: string,
  shape: readonly number[],
  data: Float32Array,
): Promise<{ shape: readonly number[]; data: Float32Array }> {
  const [from, to] = [path.join(folder, `${name}.safetensors`), path.join(folder, "new", `${name}-heatmaps.safetensors`)];
  await writeFile(from, writeSafetensors(new Map([["x", { shape, data }]])));
  const { status, out, err } = await kindling("predict", "--tensor", from, `weights=${run.path}`, `heatmaps=${to}`, "--json");
  expect(status, err).toBe(0);
  const heatmaps = readSafetensors(await readFile(to)).tensors.get("heatmaps")!;
  expect(JSON.parse(out)).toEqual({ shape: heatmaps.shape, milliseconds: expect.any(Number) });
  return heatmaps;
}

test.skipIf(!existsSync(golden))("the heatmaps of a PyTorch tensor are PyTorch's (skipped where ../shared is absent)", async () => {
  const to = path.join(folder, "golden.safetensors");
  const from = path.join(golden, "squeezenet_hpe_training.safetensors");
  const network = [`weights=${path.join(golden, "squeezenet_hpe.pth")}`, "model=squeezenet-hpe"];
  const { status, err } = await kindling("predict", "--tensor", from, ...network, `heatmaps=${to}`);
  expect(status, err).toBe(0);
  const expected = readSafetensors(await readFile(from)).tensors.get("output_before")!;
  const heatmaps = readSafetensors(await readFile(to)).tensors.get("heatmaps")!;
  expect(heatmaps.shape).toEqual(expected.shape);
  expect(relativeError(heatmaps.data, expected.data)).toBeLessThanOrEqual(1e-5);
});
