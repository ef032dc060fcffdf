import fs from "node:fs";
import path from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readSafetensors, writeSafetensors } from "./safetensors.ts";
import type { StateDict } from "./stateDict.ts";
import { expectOnlyWeightsFileError } from "./testing/expectOnlyWeightsFileError.ts";
import { WeightsFileError } from "./weightsFileError.ts";

const shared = path.resolve(import.meta.dirname, "../../../../../shared");
const squeezenet = path.join(shared, "data/squeezenet");

describe("round trips", () => {
  test("names in any order, shapes, bits and metadata survive, and the same map gives the same bytes", () => {
    const tensor = fc.array(fc.nat(4), { maxLength: 4 }).chain((shape) => {
      const length = shape.reduce((product, size) => product * size, 1);
      return fc.float32Array({ minLength: length, maxLength: length }).map((data) => ({ shape, data }));
    });
    const names = fc
      .oneof(fc.string({ unit: "grapheme" }), fc.constantFrom("1", "0", "__proto__", "a.weight"))
      .filter((name) => name !== "__metadata__");
    const states = fc.uniqueArray(fc.tuple(names, tensor), { selector: ([name]) => name, maxLength: 6 });
    fc.assert(
      fc.property(states, fc.dictionary(fc.string(), fc.string()), (entries, metadata) => {
        const state: StateDict = new Map(entries);
        const bytes = writeSafetensors(state, metadata);
        expect(writeSafetensors(new Map(entries), metadata)).toEqual(bytes);
        const read = readSafetensors(bytes);
        expect(new Map(read.tensors)).toEqual(state);
        expect(Object.entries(read.metadata)).toEqual(Object.entries(metadata));
        const filled = entries.filter(([, { data }]) => data.length > 0).map(([name]) => name);
        expect([...read.tensors.keys()].filter((name) => filled.includes(name))).toEqual(filled);
      }),
      { seed: 1, numRuns: 200 },
    );
  });

  test("the data start at a multiple of 8 bytes, whatever the names", () => {
    for (let length = 1; length < 20; length++) {
      const bytes = writeSafetensors(new Map([["n".repeat(length), { shape: [1], data: Float32Array.of(5) }]]));
      expect((bytes.length - 4) % 8).toBe(0);
      expect(new DataView(bytes.buffer).getFloat32(bytes.length - 4, true)).toBe(5);
    }
  });

  test("no tensors at all is a file too", () => {
    expect(readSafetensors(writeSafetensors(new Map()))).toEqual({ tensors: new Map(), metadata: {} });
  });

  test("a view into a larger buffer is written and read at its own offset", () => {
    const data = Float32Array.of(9, 1, 2, 9).subarray(1, 3);
    const bytes = writeSafetensors(new Map([["x", { shape: [2], data }]]));
    const shifted = new Uint8Array(bytes.length + 3).subarray(3);
    shifted.set(bytes);
    expect(readSafetensors(shifted).tensors.get("x")).toEqual({ shape: [2], data: Float32Array.of(1, 2) });
  });

  test("writing refuses data that do not fill their shape, and the reserved name", () => {
    expect(() => writeSafetensors(new Map([["x", { shape: [2, 2], data: new Float32Array(3) }]]))).toThrow(
      /"x" has the shape \[2, 2\] but 3 elements/,
    );
    expect(() => writeSafetensors(new Map([["__metadata__", { shape: [0], data: new Float32Array(0) }]]))).toThrow(RangeError);
  });
});

describe("element types", () => {
  const cases: readonly (readonly [string, ArrayBufferView, readonly number[]])[] = [
    ["F32", Float32Array.of(1.5, -0, Infinity), [1.5, -0, Infinity]],
    ["F64", Float64Array.of(0.1, -2), [Math.fround(0.1), -2]],
    // 1, −2, the largest, the smallest normal, the smallest and the largest subnormal, −0, the infinities, NaN
    [
      "F16",
      Uint16Array.of(0x3c00, 0xc000, 0x7bff, 0x0400, 0x0001, 0x83ff, 0x8000, 0x7c00, 0xfc00, 0x7e00),
      [1, -2, 65504, 2 ** -14, 2 ** -24, -1023 * 2 ** -24, -0, Infinity, -Infinity, NaN],
    ],
    ["BF16", Uint16Array.of(0x3f80, 0xc040, 0x8000, 0x7f80, 0x7fc0, 0x0001), [1, -3, -0, Infinity, NaN, 2 ** -133]],
    ["I64", BigInt64Array.of(-3n, 2n ** 40n), [-3, 2 ** 40]],
    ["U64", BigUint64Array.of(2n ** 63n), [2 ** 63]],
    ["I32", Int32Array.of(-7), [-7]],
    ["U32", Uint32Array.of(2 ** 31), [2 ** 31]],
    ["I16", Int16Array.of(-300), [-300]],
    ["U16", Uint16Array.of(65535), [65535]],
    ["I8", Int8Array.of(-128, 127), [-128, 127]],
    ["U8", Uint8Array.of(255), [255]],
    ["BOOL", Uint8Array.of(0, 1, 1), [0, 1, 1]],
  ];
  test.each(cases)("%s is converted to float32", (dtype, values, expected) => {
    const bytes = new Uint8Array(values.buffer);
    const file = rawFile({ x: { dtype, shape: [expected.length], data_offsets: [0, bytes.length] } }, bytes);
    expect(readSafetensors(file).tensors.get("x")!.data).toEqual(Float32Array.from(expected));
  });
});

describe("files that lie are refused with a sentence", () => {
  const x = { dtype: "F32", shape: [2], data_offsets: [0, 8] };
  const cases: readonly (readonly [string, Uint8Array, RegExp])[] = [
    ["shorter than a header", new Uint8Array(7), /too short/],
    ["a header beyond the file", Uint8Array.of(200, 0, 0, 0, 0, 0, 0, 0, 0x7b, 0x7d), /claims 200 bytes, but only 2 follow/],
    ["a header beyond the limit", Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 255, 0x7b, 0x7d), /the format allows/],
    ["no JSON", rawText("{x}", 0), /no valid JSON/],
    ["text that is not UTF-8", Uint8Array.of(3, 0, 0, 0, 0, 0, 0, 0, 0x22, 0xff, 0x22), /no valid JSON/],
    ["an array", rawText("[]", 0), /no object/],
    ["a name twice", rawText(`{"x":${JSON.stringify(x)},"\\u0078":${JSON.stringify(x)}}`, 8), /names "x" twice/],
    ["an unknown type", rawFile({ x: { ...x, dtype: "F8_E4M3" } }, new Uint8Array(8)), /dtype "F8_E4M3"/],
    ["a type of every object", rawFile({ x: { ...x, dtype: "toString" } }, new Uint8Array(8)), /dtype "toString"/],
    ["a shape of text", rawFile({ x: { ...x, shape: "2" } }, new Uint8Array(8)), /shape of "x"/],
    ["a negative size", rawFile({ x: { ...x, shape: [-2] } }, new Uint8Array(8)), /shape of "x"/],
    ["a product too large to count", rawFile({ x: { ...x, shape: [2 ** 40, 2 ** 40] } }, new Uint8Array(8)), /shape of "x"/],
    ["a shape that is not its bytes", rawFile({ x: { ...x, shape: [3] } }, new Uint8Array(8)), /12 bytes, but its data_offsets span 8/],
    ["offsets the wrong way round", rawFile({ x: { ...x, data_offsets: [8, 0] } }, new Uint8Array(8)), /data_offsets of "x"/],
    ["data beyond the end", rawFile({ x: { ...x, data_offsets: [8, 16] } }, new Uint8Array(8)), /ends at byte 16 of 8/],
    ["overlapping data", rawFile({ x, y: { ...x, data_offsets: [4, 12] } }, new Uint8Array(12)), /"y" overlap/],
    ["a gap", rawFile({ x: { ...x, data_offsets: [4, 12] } }, new Uint8Array(12)), /4 bytes before/],
    ["data of nobody", rawFile({ x }, new Uint8Array(12)), /4 bytes after/],
    ["metadata that are no text", rawFile({ __metadata__: { a: 1 } }, new Uint8Array(0)), /__metadata__/],
    ["an entry that is no object", rawFile({ x: null }, new Uint8Array(0)), /entry "x"/],
  ];
  test.each(cases)("%s", (_, file, message) => {
    expect(() => readSafetensors(file)).toThrow(WeightsFileError);
    expect(() => readSafetensors(file)).toThrow(message);
  });

  test("a file cut at any length, or with any one byte changed, is read or refused", () => {
    const file = writeSafetensors(
      new Map([
        ["a.weight", { shape: [2, 3], data: new Float32Array(6) }],
        ["a.bias", { shape: [], data: new Float32Array(1) }],
      ]),
      { format: "pt" },
    );
    expectOnlyWeightsFileError(file, readSafetensors, 3000);
  });
});

test.skipIf(!fs.existsSync(squeezenet))(
  "the pretrained SqueezeNet files of ../shared (skipped where absent) are read and survive a round trip",
  () => {
    for (const file of fs.readdirSync(squeezenet)) {
      const { tensors } = readSafetensors(fs.readFileSync(path.join(squeezenet, file)));
      expect(tensors.size).toBe(50);
      const parameters = [...tensors.values()].reduce((sum, { data }) => sum + data.length, 0);
      expect(parameters).toBe(722_496);
      expect(tensors.get("features.0.weight")!.shape).toEqual([64, 3, 3, 3]);
      const again = readSafetensors(writeSafetensors(tensors)).tensors;
      for (const [name, { shape, data }] of tensors) {
        expect(again.get(name)!.shape).toEqual(shape);
        expect(Buffer.compare(new Uint8Array(again.get(name)!.data.buffer), new Uint8Array(data.buffer)), name).toBe(0);
      }
    }
  },
);

function rawFile(header: object, data: Uint8Array): Uint8Array {
  const file = rawText(JSON.stringify(header), data.length);
  file.set(data, file.length - data.length);
  return file;
}

function rawText(json: string, dataBytes: number): Uint8Array {
  const text = new TextEncoder().encode(json);
  const file = new Uint8Array(8 + text.length + dataBytes);
  new DataView(file.buffer).setBigUint64(0, BigInt(text.length), true);
  file.set(text, 8);
  return file;
}
