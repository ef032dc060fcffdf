import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { augmentationPresets, bodyHalves, encodeTargets, type Skeleton } from "@kindling/pose";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { RgbImage } from "./crop.ts";
import { decodeImage } from "./decode.node.ts";
import { readCoco } from "./formats/readCoco.node.ts";
import { type Batch, createLoader, type DataLoader, type LoaderOptions } from "./loader.ts";
import { LoaderError } from "./loaderError.ts";
import { cropPerson, personView } from "./personView.ts";
import type { Dataset } from "./sample.ts";
import { synthesizeDataset } from "./synthesize.node.ts";

const input = { width: 48, height: 64 };
const codec = { kind: "heatmaps", heatmap: { width: 12, height: 16 }, sigma: 1, encoding: "unbiased" } as const;
const stages = [
  { from: 0, augmentation: augmentationPresets["rtmpose-stage1"] },
  { from: 1, augmentation: augmentationPresets["rtmpose-stage2"] },
];
let folder = "";
let dataset: Dataset;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "kindling-augmented-"));
  const made = await synthesizeDataset({ directory: path.join(folder, "people"), count: 11, seed: 1, width: 96, height: 72 });
  dataset = await readCoco({ ...made, limit: 11 });
});
afterAll(() => rm(folder, { recursive: true }));

const open = (changes: Partial<LoaderOptions> = {}): DataLoader =>
  createLoader({ dataset, input, codec, batchSize: 4, workers: 0, shuffle: true, seed: 5, augment: stages, ...changes });

async function epoch(loader: DataLoader): Promise<Batch[]> {
  const batches: Batch[] = [];
  for await (const batch of loader) batches.push(batch);
  return batches;
}

test("the batches are the same on 0, 1 and 2 threads, and epochs differ", async () => {
  const expected = open();
  const [first, second] = [await epoch(expected), await epoch(expected)];
  expect(second).not.toEqual(first);
  for (const workers of [1, 2]) {
    await using loader = open({ workers });
    expect(await epoch(loader)).toEqual(first);
    expect(await epoch(loader)).toEqual(second);
  }
});

test("a resumed loader goes on with the same views", async () => {
  const loader = open();
  const all = [...(await epoch(loader)), ...(await epoch(loader))];
  for (const [state, from, to] of [
    [{ seed: 5, epoch: 0, position: 2 }, 2, 3],
    [{ seed: 5, epoch: 1, position: 1 }, 4, 6],
  ] as const) {
    expect(await epoch(open({ seed: 99, state }))).toEqual(all.slice(from, to));
  }
});

test("with a sample that cannot be read too, which shows what the next one of the order shows, on any number of threads", async () => {
  const [first] = await epoch(open());
  const broken = first!.indices[1]!;
  const samples = dataset.samples.map((sample, i) => (i === broken ? { ...sample, imagePath: "none" } : sample));
  const options = { dataset: { ...dataset, samples }, unreadable: "replace" } as const;
  const loader = open(options);
  const all = [...(await epoch(loader)), ...(await epoch(loader))];
  expect(all.filter(({ replaced }) => replaced).map(({ replaced }) => replaced![0]!.index)).toEqual([broken, broken]);
  const bytes = input.width * input.height * 4;
  expect(all[0]!.image.slice(bytes, 2 * bytes)).toEqual(all[0]!.image.slice(2 * bytes, 3 * bytes));
  for (const workers of [1, 2]) {
    await using resumed = open({ ...options, workers, seed: 99, state: { seed: 5, epoch: 0, position: 1, replaced: 1 } });
    expect([...(await epoch(resumed)), ...(await epoch(resumed))]).toEqual(all.slice(1));
  }
});

test("any sample of any epoch can be made alone from seed, epoch and place", async () => {
  const loader = open();
  const { skeleton } = dataset;
  for (const [at, { augmentation }] of stages.entries()) {
    for (const { image, indices, valid } of await epoch(loader)) {
      for (let n = 0; n < valid; n++) {
        const sample = dataset.samples[indices[n]!]!;
        const options = { input, skeleton, halves: bodyHalves(skeleton), augmentation };
        const view = personView(sample, options, { seed: 5, epoch: at, sample: indices[n]! });
        const crop = cropPerson(await decodeImage(sample.imagePath), view, input);
        expect(Buffer.compare(crop, image.subarray(n * crop.length, (n + 1) * crop.length))).toBe(0);
      }
    }
  }
});

test("targets in udp's coding have udp's crops, augmented or not, and no records of other crops", async () => {
  const udp = { ...codec, encoding: "udp" } as const;
  for (const [augment, augmentation] of [
    [[], null],
    [stages.slice(0, 1), stages[0]!.augmentation],
  ] as const) {
    const [{ image, targets }] = (await epoch(open({ codec: udp, shuffle: false, augment }))) as [Batch];
    const options = { input, skeleton: dataset.skeleton, halves: bodyHalves(dataset.skeleton), augmentation, rule: "udp" } as const;
    for (let n = 0; n < 4; n++) {
      const sample = dataset.samples[n]!;
      const view = personView(sample, options, { seed: 5, epoch: 0, sample: n });
      const crop = cropPerson(await decodeImage(sample.imagePath), view, input);
      expect(Buffer.compare(crop, image.subarray(n * crop.length, (n + 1) * crop.length))).toBe(0);
      const { target } = encodeTargets(udp, input, view.keypoints);
      expect(targets.target!.slice(n * target!.length, (n + 1) * target!.length)).toEqual(target);
    }
  }
  const crops = { path: "x.crops", key: "", records: 11, recordBytes: 64 * 48 * 3 };
  expect(() => open({ codec: udp, augment: [], stored: { crops } })).toThrow(/^stored\.crops: is of crops by HRNet's rule/);
});

test("before its first stage nothing is augmented", async () => {
  const late = open({ augment: [{ from: 1, augmentation: augmentationPresets.hrnet }] });
  const plain = open({ augment: [] });
  expect(await epoch(late)).toEqual(await epoch(plain));
  expect(await epoch(late)).not.toEqual(await epoch(plain));
});

test("what is kept from epoch to epoch does not go with augmentation", () => {
  const crops = { path: "x.crops", key: "", records: 11, recordBytes: 64 * 48 * 3 };
  expect(() => open({ cache: true })).toThrow(LoaderError);
  expect(() => open({ cache: true })).toThrow(/^cache: .*leave one of the two out/);
  expect(() => open({ stored: { crops } })).toThrow(/^stored\.crops: /);
  expect(() => open({ stored: { teachers: { one: { ...crops, recordBytes: 12 * 16 * 17 * 2 } } } })).toThrow(/^stored\.teachers: /);
});

/** A black image with one bright spot of standard deviation 2 pixels. */
function spotAt(x: number, y: number, width: number, height: number): RgbImage {
  const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => {
    const [column, row] = [Math.floor(i / 3) % width, Math.floor(i / 3 / width)];
    return 255 * Math.exp(-((column - x) ** 2 + (row - y) ** 2) / 8);
  });
  return { data, width, height, channels: 3 };
}

const dot: Skeleton = { name: "dot", joints: ["left_dot", "right_dot"], limbs: [], flipPairs: [[0, 1]], sigmas: [1, 1] };

test("a spot at a key point is found within half a pixel of the key point in the crop, however it was turned, scaled, shifted and mirrored", () => {
  const [width, height] = [120, 90];
  const image = spotAt(51.3, 40.6, width, height);
  const box = { x: 31, y: 21, width: 40, height: 36 };
  const sample = {
    id: "1",
    imageId: 1,
    imagePath: "",
    imageWidth: width,
    imageHeight: height,
    box,
    keypoints: Float32Array.of(51.3, 40.6, 2, 0, 0, 0),
    area: 1440,
  };
  const size = { width: 96, height: 128 };
  const { flip, shift, scale, rotation } = augmentationPresets["rtmpose-stage1"];
  const augmentation = { flip: flip!, shift: { ...shift!, probability: 1 }, scale: scale!, rotation: rotation! };
  let [compared, mirrored] = [0, 0];
  for (let n = 0; n < 300; n++) {
    const view = personView(
      sample,
      { input: size, skeleton: dot, halves: { upper: [], lower: [] }, augmentation },
      { seed: 1, epoch: 0, sample: n },
    );
    // Mirrored, the left joint's label stands at the right joint.
    const at = view.mirrored ? 3 : 0;
    expect([view.keypoints[2 + at], view.keypoints[5 - at]]).toEqual([2, 0]);
    const [x, y] = [view.keypoints[at]!, view.keypoints[at + 1]!];
    if (x < 16 || y < 16 || x > 80 || y > 112) continue; // some of the spot lies outside
    const crop = cropPerson(image, view, size);
    const [sumX, sumY, sum] = centroid(crop, size.width);
    expect(Math.hypot(sumX / sum - x, sumY / sum - y)).toBeLessThan(0.5);
    compared++;
    if (view.mirrored) mirrored++;
  }
  expect(compared).toBeGreaterThan(250);
  expect(mirrored).toBeGreaterThan(100);
});

/** Sums of brightness · x, brightness · y, brightness. */
function centroid(rgba: Uint8Array, width: number): readonly [number, number, number] {
  let [sumX, sumY, sum] = [0, 0, 0];
  for (let i = 0; i < rgba.length / 4; i++) {
    const value = rgba[i * 4]!;
    sumX += value * (i % width);
    sumY += value * Math.floor(i / width);
    sum += value;
  }
  return [sumX, sumY, sum];
}
