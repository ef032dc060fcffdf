import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readCoco } from "./formats/readCoco.node.ts";
import { type Batch, createLoader, type DataLoader, type LoaderOptions } from "./loader.ts";
import { LoaderError } from "./loaderError.ts";
import { type Dataset, DatasetError, ImageError } from "./sample.ts";
import { synthesizeDataset } from "./synthesize.node.ts";

const heatmaps = { kind: "heatmaps", heatmap: { width: 6, height: 8 }, sigma: 1, encoding: "unbiased" } as const;
const sizes = { input: { width: 24, height: 32 }, codec: heatmaps };
let folder = "";
let dataset: Dataset;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "kindling-loader-"));
  const made = await synthesizeDataset({ directory: path.join(folder, "people"), count: 11, seed: 1, width: 64, height: 48 });
  dataset = await readCoco({ ...made, limit: 11 });
});
afterAll(() => rm(folder, { recursive: true }));

const open = (changes: Partial<LoaderOptions> = {}): DataLoader =>
  createLoader({ dataset, ...sizes, batchSize: 4, workers: 0, shuffle: true, seed: 5, ...changes });

test("a batch has the shapes of its sizes, and its samples are those of its indices", async () => {
  const [batch] = await epoch(open({ shuffle: false }));
  expect(batch!.image.length).toBe(4 * 32 * 24 * 4);
  expect(batch!.targets.target!.length).toBe(4 * 8 * 6 * 17);
  expect([...batch!.indices]).toEqual([0, 1, 2, 3]);
  for (let n = 0; n < 4; n++) {
    const labelled = dataset.samples[n]!.keypoints.filter((value, at) => at % 3 === 2 && value > 0).length;
    expect(batch!.targets.mask!.slice(n * 17, (n + 1) * 17).filter((value) => value === 1).length).toBeLessThanOrEqual(labelled);
    expect(batch!.image.slice(n * 32 * 24 * 4, (n + 1) * 32 * 24 * 4).some((value) => value !== 0 && value !== 255)).toBe(true);
  }
  expect(Math.max(...batch!.targets.target!)).toBeGreaterThan(0.8);
});

test("every epoch visits every sample once, in an order of its own that seed and epoch decide", async () => {
  const loader = open();
  const [first, second] = [await epoch(loader), await epoch(loader)];
  expect(visited(first).toSorted((a, b) => a - b)).toEqual(dataset.samples.map((_, i) => i));
  expect(visited(second).toSorted((a, b) => a - b)).toEqual(dataset.samples.map((_, i) => i));
  expect(visited(first)).not.toEqual(visited(second));
  expect(await epoch(open())).toEqual(first);
  expect(visited(await epoch(open({ seed: 6 })))).not.toEqual(visited(first));
  expect(visited(await epoch(open({ state: { seed: 5, epoch: 1, position: 0 } })))).toEqual(visited(second));
});

test("a loader made from a state gives exactly the batches that were left", async () => {
  const loader = open();
  const all = [...(await epoch(loader)), ...(await epoch(loader))];
  const interrupted = open();
  const states = [interrupted.state()];
  for (let i = 0; i < 2; i++) for await (const _ of interrupted) states.push(interrupted.state());
  expect(interrupted.state()).toEqual({ seed: 5, epoch: 2, position: 0 });
  for (const [used, state] of states.entries()) {
    const resumed = open({ seed: 99, state: JSON.parse(JSON.stringify(state)) });
    const rest = await epoch(resumed);
    // A state saved after an epoch's last batch has an empty rest: the epoch's end is still to come.
    const left = used === 0 ? 3 : (3 - (used % 3)) % 3;
    expect(rest).toEqual(all.slice(used, used + left));
  }
});

test("a loop that is left early goes on where it was left", async () => {
  const loader = open();
  const seen: Batch[] = [];
  for await (const batch of loader) if (seen.push(batch) === 2) break;
  expect(loader.state()).toEqual({ seed: 5, epoch: 0, position: 2 });
  expect([...seen, ...(await epoch(loader))]).toEqual(await epoch(open()));
});

test("the last batch is padded with black images that teach nothing, or dropped", async () => {
  const padded = open({ shuffle: false });
  const last = (await epoch(padded)).at(-1)!;
  expect(padded.batchesPerEpoch).toBe(3);
  expect(last.valid).toBe(3);
  expect([...last.indices]).toEqual([8, 9, 10, 0xffffffff]);
  expect(last.image.slice(3 * 32 * 24 * 4).every((value) => value === 0)).toBe(true);
  expect(last.targets.mask!.slice(3 * 17).every((value) => value === 0)).toBe(true);
  expect(last.targets.target!.slice(3 * 8 * 6 * 17).every((value) => value === 0)).toBe(true);

  const dropped = await epoch(open({ dropLast: true }));
  expect(dropped.map(({ valid }) => valid)).toEqual([4, 4]);
  expect(dropped).toEqual((await epoch(open())).slice(0, 2));
});

test("batches do not depend on worker threads", async () => {
  const expected = await epoch(open());
  for (const workers of [1, 2]) {
    await using loader = open({ workers });
    expect(await epoch(loader)).toEqual(expected);
  }
});

test("a cache changes nothing but that files are read once", async () => {
  const copy = path.join(folder, "copy");
  await cp(path.join(folder, "people"), copy, { recursive: true });
  const images = path.join(copy, "images");
  const copied = await readCoco({ annotations: path.join(copy, "annotations.json"), images, limit: 11 });
  await using loader = open({ dataset: copied, cache: true, workers: 1 });
  const plain = open();
  expect(await epoch(loader)).toEqual(await epoch(plain));
  await rm(images, { recursive: true });
  expect(await epoch(loader)).toEqual(await epoch(plain));
});

test("a limit takes the first samples only", async () => {
  expect(visited(await epoch(open({ limit: 5 }))).toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4]);
});

test.each([0, 1])(
  "a broken, a missing and a resized image end the epoch with an ImageError that names the file (%i workers)",
  async (workers) => {
    const broken = path.join(folder, "broken.jpg");
    await writeFile(broken, "not an image");
    const faults: readonly (readonly [object, RegExp])[] = [
      [{ imagePath: broken }, /broken\.jpg: is no readable image/],
      [{ imagePath: path.join(folder, "none.jpg") }, /none\.jpg: there is no such image/],
      [{ imageWidth: 65 }, /is 64 × 48 pixels but annotated as 65 × 48/],
    ];
    for (const [fault, message] of faults) {
      const samples = dataset.samples.map((sample, i) => (i === 6 ? { ...sample, ...fault } : sample));
      await using loader = open({ dataset: { ...dataset, samples }, shuffle: false, workers });
      const iterator = loader[Symbol.asyncIterator]();
      expect((await iterator.next()).done).toBe(false);
      const second = iterator.next();
      await expect(second).rejects.toThrow(ImageError);
      await expect(second).rejects.toThrow(message);
      expect(loader.state().position).toBe(1);
    }
  },
);

describe("a training loader replaces what cannot be read by the next sample of the order that can", () => {
  /** The data set with some samples' images missing. */
  const without = (...broken: readonly number[]): Dataset => ({
    ...dataset,
    samples: dataset.samples.map((sample, i) => (broken.includes(i) ? { ...sample, imagePath: `${folder}/none-${i}.jpg` } : sample)),
  });
  const replacing = (broken: readonly number[], changes: Partial<LoaderOptions> = {}): DataLoader =>
    open({ dataset: without(...broken), unreadable: "replace", ...changes });
  const order = async (): Promise<readonly number[]> => visited(await epoch(open()));

  test.each([0, 1, 2])("the same with %i workers, and it says so", async (workers) => {
    const places = await order();
    const [broken, next] = [places[5]!, places[6]!];
    await using loader = replacing([broken], { workers });
    const batches = await epoch(loader);
    const expected = [...places];
    expected[5] = next;
    expect(visited(batches)).toEqual(expected);
    const path = `${folder}/none-${broken}.jpg`;
    expect(batches.map(({ replaced }) => replaced)).toEqual([
      undefined,
      [{ index: broken, by: next, path, problem: "there is no such image" }],
      undefined,
    ]);
    // The bytes are those of the sample that stands there, in image and targets.
    const image = (batch: Batch, at: number): Uint8Array => batch.image.slice(at * 32 * 24 * 4, (at + 1) * 32 * 24 * 4);
    expect(image(batches[1]!, 1)).toEqual(image(batches[1]!, 2));
    const clean = await epoch(open());
    expect(batches[0]).toEqual(clean[0]);
    expect(batches[2]).toEqual(clean[2]);
    expect(image(batches[1]!, 2)).toEqual(image(clean[1]!, 2));
  });

  test("the last is replaced by the first, and two in a row by the same, whatever the batches are", async () => {
    const last = (await order()).at(-1)!;
    expect(visited(await epoch(replacing([last]))).at(-1)).toBe((await order())[0]);
    // Twice as many samples, of which two may be replaced.
    const twice: Dataset = { ...dataset, samples: [...dataset.samples, ...dataset.samples] };
    const places = visited(await epoch(open({ dataset: twice })));
    const samples = twice.samples.map((sample, i) =>
      places.indexOf(i) === 3 || places.indexOf(i) === 4 ? { ...sample, imagePath: "none" } : sample,
    );
    const expected = places.map((place, at) => (at === 3 || at === 4 ? places[5]! : place));
    for (const batchSize of [1, 3, 4, 22]) {
      const loader = open({ dataset: { ...twice, samples }, unreadable: "replace", batchSize });
      expect(visited(await epoch(loader))).toEqual(expected);
    }
  });

  test("a loader made from any state gives exactly the batches that were left, and counts on", async () => {
    const broken = [(await order())[1]!];
    const loader = replacing(broken);
    const all = [...(await epoch(loader)), ...(await epoch(loader))];
    const interrupted = replacing(broken);
    const states = [interrupted.state()];
    for (let i = 0; i < 2; i++) for await (const _ of interrupted) states.push(interrupted.state());
    expect(states.slice(0, 4)).toEqual([
      { seed: 5, epoch: 0, position: 0 },
      { seed: 5, epoch: 0, position: 1, replaced: 1 },
      { seed: 5, epoch: 0, position: 2, replaced: 1 },
      { seed: 5, epoch: 0, position: 3, replaced: 1 },
    ]);
    for (const [used, state] of states.entries()) {
      const rest = await epoch(replacing(broken, { seed: 99, state: JSON.parse(JSON.stringify(state)) }));
      expect(rest).toEqual(all.slice(used, used + (used === 0 ? 3 : (3 - (used % 3)) % 3)));
    }
    expect(interrupted.state()).toEqual({ seed: 5, epoch: 2, position: 0 });
  });

  test("with a cache too, whose samples stay those of their own places", async () => {
    const broken = [(await order())[1]!];
    const [cached, plain] = [replacing(broken, { cache: true }), replacing(broken)];
    for (let i = 0; i < 3; i++) expect(await epoch(cached)).toEqual(await epoch(plain));
  });

  test("more than a tenth of an epoch is a DatasetError that names an image, in the same batch after a resumption", async () => {
    const places = await order();
    const broken = [places[0]!, places[6]!];
    const loader = replacing(broken);
    const iterator = loader[Symbol.asyncIterator]();
    await iterator.next();
    const state = loader.state();
    const message = /2 of 11 samples of this epoch could not be read, more than 10 %; the last: .*none-\d+\.jpg: there is no such image/;
    await expect(iterator.next()).rejects.toThrow(message);
    expect(loader.state()).toEqual(state);
    const resumed = epoch(replacing(broken, { state }));
    await expect(resumed).rejects.toThrow(DatasetError);
    await expect(resumed).rejects.toThrow(message);
  });

  test("so is a whole batch in a row: the folder is gone", async () => {
    const all = dataset.samples.map((_, i) => i);
    await expect(epoch(replacing(all))).rejects.toThrow(
      /8 samples in a row cannot be read; the first: .*none-\d+\.jpg: there is no such image/,
    );
    await expect(epoch(replacing(all))).rejects.toThrow(DatasetError);
  });
});

test.each<[Partial<LoaderOptions>, RegExp]>([
  [{ batchSize: 0 }, /batchSize: must be a whole number of at least 1; got 0/],
  [{ batchSize: 12, dropLast: true }, /has 11 samples, fewer than one batch of 12; use a smaller batch/],
  [{ workers: -1 }, /workers: must be/],
  [{ seed: 0.5 }, /seed: must be/],
  [{ limit: 0 }, /limit: must be/],
  [{ state: { seed: 0, epoch: -1, position: 0 } }, /epoch: must be/],
  [{ state: { seed: 0, epoch: 0, position: 1, replaced: -1 } }, /replaced: must be/],
  [{ state: { seed: 0, epoch: 0, position: 4 } }, /state: position 4 is behind the 3 batches of an epoch/],
])("options that no loader can follow are a LoaderError: %o", (changes, message) => {
  expect(() => open(changes)).toThrow(LoaderError);
  expect(() => open(changes)).toThrow(message);
});

test("a loader serves one loop at a time and none after it is closed", async () => {
  const loader = open();
  for await (const _ of loader) {
    await expect(loader[Symbol.asyncIterator]().next()).rejects.toThrow(/is being iterated already/);
    break;
  }
  expect((await epoch(loader)).length).toBe(2);
  await loader.close();
  await expect(epoch(loader)).rejects.toThrow(/is closed/);
});

async function epoch(loader: DataLoader): Promise<Batch[]> {
  const batches: Batch[] = [];
  for await (const batch of loader) batches.push(batch);
  return batches;
}

function visited(batches: readonly Batch[]): number[] {
  return batches.flatMap(({ indices, valid }) => [...indices.slice(0, valid)]);
}
