import { appendFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { encodeScalarEvent, stepOfEvent } from "./tensorBoard/event.ts";
import { decodeRecords, encodeRecord } from "./tensorBoard/record.ts";
import { appendScalars, openTensorBoardFile } from "./tensorBoardFile.node.ts";

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), "kindling-tensorboard-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Reads protobuf without knowing what it means: [field, value] with numbers for varints and bytes for all else. */
function fieldsOf(bytes: Uint8Array): readonly [number, number | Uint8Array][] {
  const fields: [number, number | Uint8Array][] = [];
  let at = 0;
  const varint = (): number => {
    for (let value = 0, scale = 1; ; scale *= 128) {
      const byte = bytes[at++]!;
      value += (byte & 0x7f) * scale;
      if (byte < 128) return value;
    }
  };
  while (at < bytes.length) {
    const key = varint();
    if ((key & 7) === 0) fields.push([key >> 3, varint()]);
    else {
      const length = { 1: 8, 2: -1, 5: 4 }[key & 7]!;
      const end = length < 0 ? varint() + at : at + length;
      fields.push([key >> 3, bytes.subarray(at, end)]);
      at = end;
    }
  }
  return fields;
}

const text = (bytes: number | Uint8Array): string => new TextDecoder().decode(bytes as Uint8Array);
const number = (bytes: number | Uint8Array): DataView => new DataView(Uint8Array.from(bytes as Uint8Array).buffer);

async function scalarsIn(file: string): Promise<readonly { step: number; scalars: Record<string, number> }[]> {
  return decodeRecords(await readFile(file))
    .slice(1)
    .map(({ data }) => {
      const [, [, step], [, summary]] = fieldsOf(data) as [unknown, [number, number], [number, Uint8Array]];
      const values = fieldsOf(summary).map(([, value]) => fieldsOf(value as Uint8Array));
      return { step, scalars: Object.fromEntries(values.map(([tag, value]) => [text(tag![1]), number(value![1]).getFloat32(0, true)])) };
    });
}

test("an event is the protobuf that TensorBoard defines", () => {
  const event = fieldsOf(encodeScalarEvent(1.5, 300, { "train/gt": 0.25, lr: Number.NaN }));
  expect(event.map(([field]) => field)).toEqual([1, 2, 5]);
  expect(number(event[0]![1]).getFloat64(0, true)).toBe(1.5);
  expect(event[1]![1]).toBe(300);
  const values = fieldsOf(event[2]![1] as Uint8Array).map(([field, value]) => [field, fieldsOf(value as Uint8Array)] as const);
  expect(values.map(([field, [tag, value]]) => [field, tag![0], text(tag![1]), value![0], number(value![1]).getFloat32(0, true)])).toEqual([
    [1, 1, "train/gt", 2, 0.25],
    [1, 1, "lr", 2, Number.NaN],
  ]);
});

test.each([0, 1, 127, 128, 300, 2 ** 31, 2 ** 40 + 5])("step %d is read back from an event", (step) => {
  expect(stepOfEvent(encodeScalarEvent(1e9, step, { a: 1 }))).toBe(step);
});

test("a new file begins with its version and holds the scalars of each step", async () => {
  const file = await openTensorBoardFile(await newFolder());
  expect(path.basename(file)).toMatch(/^events\.out\.tfevents\.\d{10}\.kindling$/);
  await appendScalars(file, 1, { "train/gt": 0.5 });
  await appendScalars(file, 2, { "train/gt": 0.25, "validation/pck": 0.75 });
  const [version] = decodeRecords(await readFile(file));
  expect(text(fieldsOf(version!.data)[1]![1])).toBe("brain.Event:2");
  expect(await scalarsIn(file)).toEqual([
    { step: 1, scalars: { "train/gt": 0.5 } },
    { step: 2, scalars: { "train/gt": 0.25, "validation/pck": 0.75 } },
  ]);
});

test("a resumed run goes on in the same file without repeating a step, also after a torn record", async () => {
  const folder = await newFolder();
  const file = await openTensorBoardFile(folder);
  for (const step of [1, 2, 3, 4]) await appendScalars(file, step, { a: step });
  await appendFile(file, encodeRecord(encodeScalarEvent(0, 5, { a: 5 })).subarray(0, 20));
  expect(await openTensorBoardFile(folder, 2)).toBe(file);
  await appendScalars(file, 3, { a: 30 });
  expect((await scalarsIn(file)).map(({ scalars }) => scalars.a)).toEqual([1, 2, 30]);
});

test("nothing behind damage is kept, and a file of nothing but damage is begun anew", async () => {
  const folder = await newFolder();
  const file = await openTensorBoardFile(folder);
  for (const step of [1, 2, 3]) await appendScalars(file, step, { a: step });
  const bytes = await readFile(file);
  const second = decodeRecords(bytes)[1]!.end;
  bytes[second + 14]! ^= 1;
  await writeFile(file, bytes);
  await openTensorBoardFile(folder, 100);
  expect((await scalarsIn(file)).map(({ step }) => step)).toEqual([1]);

  await writeFile(file, "not an event file");
  await openTensorBoardFile(folder, 100);
  expect(decodeRecords(await readFile(file))).toHaveLength(1);
});
