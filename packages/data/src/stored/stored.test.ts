import { appendFile, cp, mkdtemp, open, readdir, readFile, rm, stat, truncate, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { decodeFloat16, encodeFloat16 } from "@kindling/gpu";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { cropVersion } from "../crop.ts";
import { readCoco } from "../formats/readCoco.node.ts";
import { readDataset } from "../formats/readDataset.node.ts";
import { type Batch, createLoader, type DataLoader, type LoaderOptions } from "../loader.ts";
import { LoaderError } from "../loaderError.ts";
import { measureLoaders } from "../measureLoaders.ts";
import { type Dataset, DatasetError } from "../sample.ts";
import { synthesizeDataset } from "../synthesize.node.ts";
import { cropDataset, openCrops } from "./crops.node.ts";
import { float16Values } from "./float16Values.ts";
import { openTeacherRecords, openTeacherRecordWriter, type TeacherRecordOptions } from "./teacherRecords.node.ts";

const input = { width: 24, height: 32 };
const codec = { kind: "heatmaps", heatmap: { width: 6, height: 8 }, sigma: 1, encoding: "unbiased" } as const;
let root = "";
let made: { annotations: string; images: string };
let dataset: Dataset;
let directory = "";
let folders = 0;
beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), "kindling-stored-"));
  await synthesizeDataset({ directory: path.join(root, "people"), count: 11, seed: 1, width: 64, height: 48 });
  const copy = path.join(root, "copy"); // a folder that the tests may change
  await cp(path.join(root, "people"), copy, { recursive: true, preserveTimestamps: true });
  made = { annotations: path.join(copy, "annotations.json"), images: path.join(copy, "images") };
  dataset = await readCoco(made);
});
afterAll(() => rm(root, { recursive: true }));
beforeEach(() => {
  directory = path.join(root, `crops-${folders++}`);
});

const load = (changes: Partial<LoaderOptions> = {}): DataLoader =>
  createLoader({ dataset, input, codec, batchSize: 4, workers: 0, shuffle: true, seed: 5, ...changes });
const crop = (changes: object = {}) => cropDataset({ ...made, input, directory, workers: 0, ...changes });
const openNow = (changes: object = {}) => openCrops({ ...made, dataset, input, directory, ...changes });

test.each([0, 2])("batches of stored crops are those of decoded ones, byte for byte (%i workers)", async (workers) => {
  const { file, made: count } = await crop({ workers });
  expect(count).toBe(dataset.samples.length);
  expect((await stat(file.path)).size).toBe(4096 + dataset.samples.length * (32 * 24 * 3 + 4));
  expect(await readdir(directory)).toEqual(["annotations-32x24.crops"]);
  await using stored = load({ workers, stored: { crops: await openNow() } });
  await using plain = load();
  for (let epochs = 0; epochs < 2; epochs++) expect(await epoch(stored)).toEqual(await epoch(plain));
});

test("stored crops need no image, are made once, and give equal bytes however many threads make them", async () => {
  const { file } = await crop();
  const [bytes, { mtimeMs }] = [await readFile(file.path), await stat(file.path)];
  expect((await crop()).made).toBe(0);
  expect((await stat(file.path)).mtimeMs).toBe(mtimeMs);
  const [again] = [await cropDataset({ ...made, input, directory: `${directory}-again`, workers: 2 })];
  expect((await readFile(again.file.path)).equals(bytes)).toBe(true);
  const gone = { ...dataset, samples: dataset.samples.map((sample) => ({ ...sample, imagePath: "/nowhere" })) };
  expect(await epoch(load({ dataset: gone, stored: { crops: file } }))).toEqual(await epoch(load()));
});

test("the crops of a whole data set serve its first samples, but not the other way round", async () => {
  await crop({ reading: { limit: 5 } });
  const first = await readCoco({ ...made, limit: 5 });
  const part = await openNow({ dataset: first });
  expect(await epoch(load({ dataset: first, stored: { crops: part } }))).toEqual(await epoch(load({ dataset: first })));
  await expect(openNow()).rejects.toThrow(`holds 5 of ${dataset.samples.length} persons; make it with: kindling data crop data=`);
  expect((await crop()).made).toBe(dataset.samples.length);
  expect((await openNow({ dataset: first })).records).toBe(dataset.samples.length);
});

test("the crops of chosen samples have a file of their own, which is not that of all", async () => {
  await crop();
  const reading = { minArea: dataset.samples[0]!.area + 1 };
  const chosen = await readDataset({ ...made, ...reading });
  expect(chosen.samples.length).toBeLessThan(dataset.samples.length);
  await expect(openNow({ dataset: chosen })).rejects.toThrow(
    `make it with: kindling data crop data=${made.annotations} images=${made.images} minArea=`,
  );
  await crop({ reading });
  const file = await openNow({ dataset: chosen });
  expect(await epoch(load({ dataset: chosen, stored: { crops: file } }))).toEqual(await epoch(load({ dataset: chosen })));
  expect((await openNow()).path).not.toBe(file.path);
});

test.each<[string, () => Promise<() => Promise<void>>, RegExp]>([
  ["annotations", () => changed("annotations", (text) => `${text} `), /out of date: it was made with other annotations; make it with/],
  ["an image's bytes", () => changed("images", (text) => `${text} `), /out of date: it was made with other images; make it with/],
  ["an image's time", () => touched(), /out of date: it was made with other images; make it with/],
])("crops are refused when %s changed, and accepted again when it is as before", async (_, change, message) => {
  await crop();
  const restore = await change();
  const opening = openNow();
  await expect(opening).rejects.toThrow(DatasetError);
  await expect(opening).rejects.toThrow(message);
  await restore();
  await openNow();
});

test("crops of another size have another name; those that another crop or decoder made are refused", async () => {
  const { file } = await crop();
  await expect(openNow({ input: { width: 48, height: 64 } })).rejects.toThrow(/annotations-64x48\.crops: there is no such file; make it/);
  for (const [from, to, message] of [
    [`version ${cropVersion}`, "version 0", /with other crop;/],
    ["with libvips 8", "with libvips 7", /with other decoder;/],
    ['{"kindlingRecords":1', '{"kindlingRecords":0', /damaged or was made by another version/],
  ] as const) {
    const bytes = await readFile(file.path, "latin1");
    expect(bytes).toContain(from);
    await writeFile(file.path, bytes.replace(from, to), "latin1");
    await expect(openNow()).rejects.toThrow(message);
    expect((await crop()).made).toBe(dataset.samples.length);
  }
});

test("a file that is cut off, too long or no crop file is refused, and made anew when asked", async () => {
  const { file } = await crop();
  const { size } = await stat(file.path);
  for (const damage of [
    () => truncate(file.path, size - 1),
    () => truncate(file.path, 100),
    () => appendFile(file.path, "x"),
    () => writeFile(file.path, ""),
    () => writeFile(file.path, Buffer.alloc(size, 7)),
  ]) {
    await damage();
    await expect(openNow()).rejects.toThrow(/(?:is cut off|is damaged or was made by another version).*; make it with: kindling data crop/);
    expect((await crop()).made).toBe(dataset.samples.length);
    await openNow();
  }
});

test.each([0, 1])("a damaged record ends the epoch with a DatasetError that names the file (%i workers)", async (workers) => {
  const { file } = await crop();
  await overwrite(file.path, 4096 + 6 * (32 * 24 * 3 + 4) + 100);
  await using loader = load({ shuffle: false, workers, stored: { crops: await openNow() } });
  const iterator = loader[Symbol.asyncIterator]();
  expect((await iterator.next()).done).toBe(false);
  const second = iterator.next();
  await expect(second).rejects.toThrow(DatasetError);
  await expect(second).rejects.toThrow(/32x24\.crops: record 6 is damaged/);
});

test("a file that is replaced by another while it is in use is noticed", async () => {
  const { file } = await crop();
  const [batch] = [
    await load({ stored: { crops: file } })
      [Symbol.asyncIterator]()
      .next(),
  ];
  expect(batch.done).toBe(false);
  await writeFile(file.path, (await readFile(file.path, "latin1")).replace(`version ${cropVersion}`, "version 0"), "latin1");
  await expect(epoch(load({ stored: { crops: file } }))).rejects.toThrow(/was replaced while it was in use/);
  await rm(file.path);
  await expect(epoch(load({ stored: { crops: file } }))).rejects.toThrow(/cannot be read any more \(ENOENT\)/);
});

test("an interrupted cropping leaves no file of the name, and the next one makes only what is missing", async () => {
  const count = dataset.samples.length;
  const stop = (most: number) => (done: number) => {
    if (done > most) throw new Error("stopped");
  };
  await expect(crop({ onProgress: stop(0) })).rejects.toThrow("stopped");
  expect(await readdir(directory)).toEqual(["annotations-32x24.crops.partial"]);
  await expect(openNow()).rejects.toThrow(/there is no such file/);
  const partial = path.join(directory, "annotations-32x24.crops.partial");
  // As a machine that lost power may leave it: a record whose bytes never reached the disk.
  await overwrite(partial, 4096 + 3 * (32 * 24 * 3 + 4) + 5);
  const { made: rest, file } = await crop();
  expect(rest).toBeGreaterThan(0);
  expect(rest).toBeLessThanOrEqual(count - 15);
  expect(await epoch(load({ stored: { crops: file } }))).toEqual(await epoch(load()));
  expect(await readdir(directory)).toEqual(["annotations-32x24.crops"]);
});

test("a partial file of other sources is not gone on with", async () => {
  await crop();
  const name = path.join(directory, "annotations-32x24.crops");
  await writeFile(`${name}.partial`, (await readFile(name, "latin1")).replace(`version ${cropVersion}`, "version 0"), "latin1");
  await rm(name);
  expect((await crop()).made).toBe(dataset.samples.length);
  expect(await readdir(directory)).toEqual(["annotations-32x24.crops"]);
});

test("a folder that cannot be written to is a DatasetError", async () => {
  await writeFile(directory, "a file");
  await expect(crop()).rejects.toThrow(DatasetError);
  await expect(crop()).rejects.toThrow(/cannot be written: (?:ENOTDIR|EEXIST); choose another folder with out=DIR/);
});

test("records of another size, or too few, are a LoaderError", async () => {
  const { file } = await crop();
  expect(() => load({ input: { width: 48, height: 64 }, stored: { crops: file } })).toThrow(LoaderError);
  expect(() => load({ stored: { crops: { ...file, records: 2 } } })).toThrow(/has 2 records of 2304 bytes; this loader needs/);
  expect(() => load({ stored: { teachers: { big: file } } })).toThrow(/stored\.teachers\.big: .* needs \d+ of 1632$/);
});

test("binary16 numbers have the values that the GPU's format gives them", () => {
  const halves = Uint16Array.from({ length: 0x10000 }, (_, half) => half);
  expect(Buffer.from(float16Values().buffer).equals(Buffer.from(decodeFloat16(halves).buffer))).toBe(false); // NaNs have payloads there
  expect([...float16Values()]).toEqual([...decodeFloat16(halves)]);
});

test.each([0, 2])("a batch brings the teachers' heatmaps of its samples, padding is zero (%i workers)", async (workers) => {
  const options = teacherOptions();
  const other = { ...options, directory: path.join(directory, "other") };
  const values = dataset.samples.map((_, i) => Float32Array.from({ length: 8 * 6 * 17 }, (_, at) => Math.sin(i + at) / 3));
  await using writer = await openTeacherRecordWriter(options);
  expect(writer.missing).toEqual(dataset.samples.map((_, i) => i));
  await expect(writer.finish()).rejects.toThrow(/records are missing/);
  await using writerOfOther = await openTeacherRecordWriter(other);
  for (const [i, map] of values.entries()) {
    await writer.write(i, new Uint8Array(encodeFloat16(map).buffer));
    await writerOfOther.write(i, new Uint8Array(encodeFloat16(map.map((value) => -value)).buffer));
  }
  await writer.finish();
  await writerOfOther.finish();
  const { file: crops } = await crop();
  const teachers = { big: await openTeacherRecords(options), small: await openTeacherRecords(other) };
  for (const cache of [false, true]) {
    await using loader = load({ workers, cache, stored: { crops, teachers } });
    for (let epochs = 0; epochs < 2; epochs++) {
      for (const { teachers: said, indices, valid } of await epoch(loader)) {
        const rounded = [...indices.slice(0, valid)].map((index) => decodeFloat16(encodeFloat16(values[index]!)));
        const size = 8 * 6 * 17;
        for (const [n, expected] of rounded.entries()) {
          expect(said!.big!.slice(n * size, (n + 1) * size)).toEqual(expected);
          expect(said!.small!.slice(n * size, (n + 1) * size)).toEqual(expected.map((value) => -value));
        }
        for (const heatmaps of Object.values(said!)) expect(heatmaps.slice(valid * size).every((value) => value === 0)).toBe(true);
      }
    }
  }
  for (const teacherChange of [{ weights: "b" }, { settings: "joints 17" }]) {
    const changed = { ...options, teacher: { ...options.teacher, ...teacherChange } };
    await expect(openTeacherRecords(changed)).rejects.toThrow(/with other (?:weights|teacher); make it with: kindling teacher-cache/);
  }
});

test("the speeds of both ways are measured", async () => {
  const { file } = await crop();
  const cpuMicroseconds = (): number => {
    const { user, system } = process.cpuUsage();
    return user + system;
  };
  const options = { dataset, input, codec, batchSize: 4, workers: 0 };
  const speeds = await measureLoaders([options, { ...options, stored: { crops: file } }], { rounds: 1, cpuMicroseconds });
  expect(speeds).toHaveLength(2);
  for (const speed of speeds) for (const value of Object.values(speed)) expect(value).toBeGreaterThan(0);
});

function teacherOptions(): TeacherRecordOptions {
  const teacher = { model: "hrnet-w8", settings: "joints 17, width 1", weights: "a" };
  return { dataset, ...made, input, directory, teacher, heatmap: [8, 6, 17], command: "kindling teacher-cache RECIPE" };
}

async function epoch(loader: DataLoader): Promise<Batch[]> {
  const batches: Batch[] = [];
  for await (const batch of loader) batches.push(batch);
  return batches;
}

/** Changes the annotations, or an image, and keeps its time; returns what undoes it. */
async function changed(what: "annotations" | "images", change: (text: string) => string): Promise<() => Promise<void>> {
  const file = what === "annotations" ? made.annotations : path.join(made.images, "000002.jpg");
  const [before, { atime, mtime }] = [await readFile(file, "latin1"), await stat(file)];
  const write = async (text: string): Promise<void> => {
    await writeFile(file, text, "latin1");
    await utimes(file, atime, mtime);
  };
  await write(change(before));
  return () => write(before);
}

async function touched(): Promise<() => Promise<void>> {
  const file = path.join(made.images, "000003.jpg");
  const { atime, mtime } = await stat(file);
  await utimes(file, atime, new Date(mtime.getTime() + 5000));
  return () => utimes(file, atime, mtime);
}

/** Inverts one byte. */
async function overwrite(file: string, at: number): Promise<void> {
  const handle = await open(file, "r+");
  const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, at);
  await handle.write(Buffer.from([buffer[0]! ^ 255]), 0, 1, at);
  await handle.close();
}
