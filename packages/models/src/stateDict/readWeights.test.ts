import { expect, test } from "vitest";
import { readWeights } from "./readWeights.ts";
import { writeSafetensors } from "./safetensors.ts";
import { type Storages, saveLegacy, saveZip, tensor } from "./testing/torchSave.ts";
import { WeightsFileError } from "./weightsFileError.ts";

const expected = new Map([["a.weight", { shape: [2], data: Float32Array.of(1, 2) }]]);

test("all three formats are told apart by content, and give the same names", () => {
  const storages: Storages = new Map();
  const state = new Map([
    ["module.a.weight", tensor(storages, [2], Float32Array.of(1, 2))],
    ["module.a.num_batches_tracked", tensor(storages, [], BigInt64Array.of(1n), { storageType: "LongStorage" })],
  ]);
  const safetensors = writeSafetensors(
    new Map([
      ["module.a.weight", { shape: [2], data: Float32Array.of(1, 2) }],
      ["module.a.num_batches_tracked", { shape: [], data: Float32Array.of(1) }],
    ]),
  );
  for (const bytes of [saveZip(state, storages), saveLegacy(state, storages), safetensors]) {
    expect(readWeights(bytes, "any.name")).toEqual(expected);
    expect(() => readWeights(bytes.subarray(0, bytes.length - 1), "cut.pth")).toThrow(/^cut\.pth: /);
    expect(() => readWeights(bytes.subarray(0, bytes.length - 1), "cut.pth")).toThrow(WeightsFileError);
  }
});

test.each([
  ["", /x: the file is empty/],
  ["hello", /x: neither a safetensors file nor one that torch\.save wrote/],
  ["version https://git-lfs.github.com/spec/v1", /x: this is a pointer of Git LFS/],
])("%j is refused with what it is", (text, message) => {
  expect(() => readWeights(new TextEncoder().encode(text), "x")).toThrow(WeightsFileError);
  expect(() => readWeights(new TextEncoder().encode(text), "x")).toThrow(message);
});
