import fs from "node:fs";
import path from "node:path";
import { zipSync } from "fflate";
import { describe, expect, test } from "vitest";
import { readPth } from "./pth.ts";
import { expectOnlyWeightsFileError } from "./testing/expectOnlyWeightsFileError.ts";
import {
  build,
  global,
  orderedDict,
  PickleNode,
  type PickleValue,
  pickle,
  reduce,
  type Storages,
  saveLegacy,
  saveZip,
  type TensorOptions,
  tensor,
} from "./testing/torchSave.ts";
import { WeightsFileError } from "./weightsFileError.ts";

const shared = path.resolve(import.meta.dirname, "../../../../../shared");
const models = path.join(shared, "golden/models");
const absent = !fs.existsSync(models);

const formats = [
  ["zip", saveZip],
  ["legacy", saveLegacy],
] as const;

describe.each(formats)("the %s format", (_, save) => {
  const readOne = (shape: PickleValue, elements: ArrayLike<unknown> & ArrayBufferView, options?: TensorOptions) => {
    const storages: Storages = new Map();
    return readPth(save(new Map([["x", tensor(storages, shape, elements, options)]]), storages)).get("x")!;
  };

  test("contiguous tensors keep their bits, scalars and empty tensors included", () => {
    expect(readOne([2, 2], Float32Array.of(1, -0, NaN, 1e-42))).toEqual({ shape: [2, 2], data: Float32Array.of(1, -0, NaN, 1e-42) });
    expect(readOne([], Float32Array.of(3))).toEqual({ shape: [], data: Float32Array.of(3) });
    expect(readOne([0, 5], Float32Array.of())).toEqual({ shape: [0, 5], data: Float32Array.of() });
  });

  test("strided tensors become contiguous: transposed, channels last, stepped, expanded, offset", () => {
    const six = Float32Array.of(0, 1, 2, 3, 4, 5);
    expect([...readOne([3, 2], six, { strides: [1, 3] }).data]).toEqual([0, 3, 1, 4, 2, 5]);
    expect([...readOne([1, 3, 1, 2], six, { strides: [6, 1, 6, 3] }).data]).toEqual([0, 3, 1, 4, 2, 5]);
    expect([...readOne([2], six, { strides: [3], offset: 2 }).data]).toEqual([2, 5]);
    expect([...readOne([2, 3], six, { strides: [0, 2] }).data]).toEqual([0, 2, 4, 0, 2, 4]);
    expect([...readOne([2, 2], six, { offset: 2 }).data]).toEqual([2, 3, 4, 5]);
    expect([...readOne([2, 2], Float64Array.of(0.5, 1, 2, 3), { strides: [1, 2], storageType: "DoubleStorage" }).data]).toEqual([
      0.5, 2, 1, 3,
    ]);
  });

  test.each([
    ["DoubleStorage", Float64Array.of(0.5), 0.5],
    ["HalfStorage", Uint16Array.of(0xc000), -2],
    ["BFloat16Storage", Uint16Array.of(0xc040), -3],
    ["LongStorage", BigInt64Array.of(-5n), -5],
    ["IntStorage", Int32Array.of(-6), -6],
    ["ShortStorage", Int16Array.of(-7), -7],
    ["CharStorage", Int8Array.of(-8), -8],
    ["ByteStorage", Uint8Array.of(200), 200],
    ["BoolStorage", Uint8Array.of(1), 1],
  ] as const)("%s is converted to float32", (storageType, elements, expected) => {
    expect(readOne([1], elements, { storageType })).toEqual({ shape: [1], data: Float32Array.of(expected) });
  });

  test("parameters, torch.Size, attributes of the dict, Python 2's OrderedDict and tied weights are understood", () => {
    const storages: Storages = new Map();
    const x = tensor(storages, reduce(global("torch", "Size"), [2]), Float32Array.of(1, 2), { strides: [1] });
    const parameter = reduce(global("torch._utils", "_rebuild_parameter"), x, true, reduce(global("collections", "OrderedDict")));
    const typed = reduce(
      global("torch._tensor", "_rebuild_from_type_v2"),
      global("torch._utils", "_rebuild_tensor_v2"),
      global("torch.nn.parameter", "Parameter"),
      [tensorStorage(storages, "1", Float32Array.of(7)), 0, [1], [1], false, null],
      new Map([["note", "kept as a Python attribute"]]),
    );
    const dict = orderedDict(
      new Map<PickleValue, PickleValue>([
        ["x", parameter],
        ["tied", x],
        ["typed", typed],
      ]),
    );
    const metadata = new Map([["_metadata", orderedDict(new Map([["", new Map([["version", 1]])]]))]]);
    const expected = new Map([
      ["x", { shape: [2], data: Float32Array.of(1, 2) }],
      ["tied", { shape: [2], data: Float32Array.of(1, 2) }],
      ["typed", { shape: [1], data: Float32Array.of(7) }],
    ]);
    expect(readPth(save(build(dict, metadata), storages))).toEqual(expected);
    const python2 = reduce(global("collections", "OrderedDict"), [
      ["x", parameter],
      ["tied", x],
      ["typed", typed],
    ]);
    expect(readPth(save(python2, storages))).toEqual(expected);
  });

  test("`module.` is stripped; num_batches_tracked and values that are no tensors are left out", () => {
    const storages: Storages = new Map();
    const state = new Map<PickleValue, PickleValue>([
      ["module.bn.weight", tensor(storages, [1], Float32Array.of(1))],
      ["module.bn.num_batches_tracked", tensor(storages, [], BigInt64Array.of(9n), { storageType: "LongStorage" })],
      ["epoch", 3],
    ]);
    expect([...readPth(save(state, storages)).keys()]).toEqual(["bn.weight"]);
    state.set("bn.weight", tensor(storages, [1], Float32Array.of(1)));
    expect(() => readPth(save(state, storages))).toThrow(/both "bn.weight" and "module.bn.weight"/);
  });

  test("a checkpoint's state dict is found, whatever else it holds", () => {
    const storages: Storages = new Map();
    const state = new Map([["w", tensor(storages, [1], Float32Array.of(4))]]);
    const numpyScalar = reduce(global("numpy.core.multiarray", "scalar"), reduce(global("numpy", "dtype"), "f8", 0, 1), "bytes");
    const seed = new PickleNode([0x8a, 9, ...new Uint8Array(9).fill(0x7f)]); // more than 64 bits
    const optimizer = new Map<PickleValue, PickleValue>([["state", new Map([[0, tensor(storages, [1], Float32Array.of(5))]])]]);
    const wrap = (key: string, value: PickleValue) =>
      save(
        new Map<PickleValue, PickleValue>([
          ["model", "pose_hrnet"],
          ["perf", numpyScalar],
          ["seed", seed],
          ["optimizer", optimizer],
          [key, value],
        ]),
        storages,
      );
    for (const key of ["state_dict", "model_state_dict", "model"])
      expect(readPth(wrap(key, state)).get("w")!.data).toEqual(Float32Array.of(4));
    expect([...readPth(wrap("model", new Map([["state_dict", state]]))).keys()]).toEqual(["w"]);
    expect(() => readPth(wrap("weights", state))).toThrow(
      /no tensors in the saved dict \(keys: "model", "perf", "seed", "optimizer", "weights"\)/,
    );
  });

  test("any other Python object is refused by name and never called", () => {
    const system = reduce(global("os", "system"), "echo");
    expect(() => readPth(save(new Map([["x", system]]), new Map()))).toThrow(/os\.system/);
    expect(() => readPth(save(global("__main__", "Net"), new Map()))).toThrow(/__main__\.Net/);
    const storages: Storages = new Map();
    const complex = new Map([["x", tensor(storages, [1], Float32Array.of(1, 2), { storageType: "ComplexFloatStorage" })]]);
    expect(() => readPth(save(complex, storages))).toThrow(/torch\.ComplexFloatStorage/);
  });

  test.each([
    ["reaching behind its storage", [3], {}, /"x" \[3\] reaches element 3 of a storage that has 2/],
    ["offset behind its storage", [2], { offset: 1 }, /reaches element 3/],
    ["with a stride too far", [2], { strides: [2] }, /reaches element 3/],
    ["with a negative size", [-1], { strides: [1] }, /"x": storage, offset, shape or strides/],
    ["with too few strides", [1, 1], { strides: [1] }, /"x": storage, offset, shape or strides/],
    ["expanded beyond the file", [1 << 30], { strides: [0] }, /far more elements/],
    ["of more axes than PyTorch allows", new Array<number>(65).fill(1), {}, /"x": storage, offset, shape or strides/],
  ] as const)("a tensor %s is refused", (_name, shape, options, message) => {
    expect(() => readOne(shape, Float32Array.of(1, 2), options)).toThrow(WeightsFileError);
    expect(() => readOne(shape, Float32Array.of(1, 2), options)).toThrow(message);
  });

  test("a file cut at any length, or with any one byte changed, is read or refused", () => {
    const storages: Storages = new Map();
    const state = orderedDict(
      new Map([
        ["module.a.weight", tensor(storages, [2, 3], new Float32Array(6), { strides: [1, 2] })],
        ["module.a.bias", tensor(storages, [2], new Uint16Array(2), { storageType: "HalfStorage" })],
      ]),
    );
    expectOnlyWeightsFileError(save(new Map([["state_dict", state]]), storages), readPth, 5000);
  });
});

describe("archives that lie are refused with a sentence", () => {
  const storages: Storages = new Map();
  const state = new Map([["x", tensor(storages, [2], Float32Array.of(1, 2))]]);
  const text = (value: string) => new TextEncoder().encode(value);

  test("no data.pkl, two of them, TorchScript, big-endian", () => {
    expect(() => readPth(zipSync({ "a/b.txt": text("hello") }))).toThrow(/no data\.pkl/);
    expect(() => readPth(saveZip(state, storages, { "other/data.pkl": pickle(null) }))).toThrow(/more than one data\.pkl/);
    expect(() => readPth(saveZip(state, storages, { "model/constants.pkl": pickle(null) }))).toThrow(/TorchScript/);
    expect(() => readPth(saveZip(state, storages, { "model/byteorder": text("big") }))).toThrow(/byte order is "big"/);
    expect(readPth(saveZip(state, storages, { "model/byteorder": text("little") })).size).toBe(1);
    expect(() => readPth(saveLegacy(state, storages, false))).toThrow(/little-endian/);
  });

  test("a storage that is absent or of another size", () => {
    expect(() => readPth(saveZip(state, new Map()))).toThrow(/model\/data\/0" has no bytes; the pickle says 8/);
    expect(() => readPth(saveZip(state, storages, { "model/data/0": new Uint8Array(12) }))).toThrow(/has 12 bytes; the pickle says 8/);
    expect(() => readPth(saveLegacy(state, new Map()))).toThrow(/does not contain it/);
    expect(() => readPth(Uint8Array.of(...saveLegacy(state, storages), 0))).toThrow(/1 bytes follow/);
  });

  test("an archive packed again with compression is read; one that unpacks to far more than its size is not", () => {
    const entries = { "model/data.pkl": pickle(state), "model/data/0": new Uint8Array(Float32Array.of(1, 2).buffer) };
    expect(readPth(zipSync(entries, { level: 9 })).get("x")!.data).toEqual(Float32Array.of(1, 2));
    expect(() => readPth(zipSync({ ...entries, "model/data/1": new Uint8Array(1 << 20) }, { level: 9 }))).toThrow(
      /more than the file can hold/,
    );
  });

  test("a directory that claims four thousand million entries ends at once", () => {
    const file = saveZip(state, storages);
    const zip64 = new Uint8Array(file.length + 56 + 20);
    const end = file.length - 22;
    zip64.set(file.subarray(0, end));
    const view = new DataView(zip64.buffer);
    view.setUint32(end, 0x06064b50, true);
    view.setUint32(end + 32, 0xffffffff, true);
    view.setUint32(end + 48, new DataView(file.buffer).getUint32(end + 16, true), true);
    view.setUint32(end + 56, 0x07064b50, true);
    view.setUint32(end + 64, end, true);
    zip64.set(file.subarray(end), end + 76);
    expect(() => readPth(zip64)).toThrow(/directory is damaged/);
  });
});

describe("pickles that lie are refused with a sentence", () => {
  const refuse = (bytes: readonly number[], message: RegExp) => {
    expect(() => readPth(saveZip(new PickleNode(bytes), new Map()))).toThrow(WeightsFileError);
    expect(() => readPth(saveZip(new PickleNode(bytes), new Map()))).toThrow(message);
  };
  test("bytes of negative length, which would be read for ever", () => refuse([0x42, 0xfb, 0xff, 0xff, 0xff], /cut short/));
  test("opcodes that torch.save does not write", () => refuse([0x7d, 0x28, 0x64], /opcode 0x64/));
  test("calls with very many arguments", () =>
    refuse([...global("torch", "Size").bytes, 0x28, ...new Array(100).fill(0x4e), 0x74, 0x52], /100 arguments/));
  test("marks and values that are missing", () => refuse([0x30, 0x74, 0x52], /damaged/));
  test("a storage called, or referred to by something else", () => {
    refuse([...reduce(global("torch", "FloatStorage")).bytes], /calls torch\.FloatStorage/);
    refuse([0x4b, 1, 0x51], /refers to a storage/);
  });
  test("BUILD sets nothing, not even on arrays", () => {
    const storages: Storages = new Map();
    const shape = build(new PickleNode([0x5d, 0x4b, 2, 0x61]), new Map([["length", 1e9]]));
    expect(
      readPth(saveZip(new Map([["x", tensor(storages, shape, Float32Array.of(1, 2), { strides: [1] })]]), storages)).get("x")!.shape,
    ).toEqual([2]);
  });
});

test.skipIf(absent)(
  "the golden SqueezeNet of ../shared (skipped where absent) is the same in both formats, with the published names and shapes",
  () => {
    const zip = readPth(fs.readFileSync(path.join(models, "squeezenet_hpe.pth")));
    const legacy = readPth(fs.readFileSync(path.join(models, "squeezenet_hpe_legacy.pth")));
    expect([...legacy.keys()]).toEqual([...zip.keys()]);
    for (const [name, { shape, data }] of zip) {
      expect(legacy.get(name)!.shape).toEqual(shape);
      expect(Buffer.compare(new Uint8Array(legacy.get(name)!.data.buffer), new Uint8Array(data.buffer)), name).toBe(0);
    }
    const names = JSON.parse(fs.readFileSync(path.join(shared, "data/state_dicts/squeezenet_hpe.json"), "utf8"));
    expect(Object.fromEntries([...zip].map(([name, { shape }]) => [name, shape]))).toEqual(names);
  },
);

test.skipIf(absent)(
  "the golden HRNet-W8 of ../shared (skipped where absent) has 1,462 tensors, those of W32 without num_batches_tracked",
  () => {
    const state = readPth(fs.readFileSync(path.join(models, "hrnet_w8.pth")));
    const w32 = JSON.parse(fs.readFileSync(path.join(shared, "data/state_dicts/pose_hrnet_w32_256x192.json"), "utf8"));
    expect(state.size).toBe(1462);
    expect([...state.keys()].sort()).toEqual(
      Object.keys(w32)
        .filter((name) => !name.endsWith("num_batches_tracked"))
        .sort(),
    );
  },
);

test.skipIf(absent)("the golden files of ../shared (skipped where absent) cut at many lengths are refused", () => {
  for (const name of ["squeezenet_hpe.pth", "squeezenet_hpe_legacy.pth", "hrnet_w8.pth"]) {
    const file = fs.readFileSync(path.join(models, name));
    for (let i = 0; i < 50; i++) {
      const length = Math.floor((file.length * i) / 50);
      expect(() => readPth(file.subarray(0, length)), `${name} cut at ${length}`).toThrow(WeightsFileError);
    }
  }
});

/** The persistent id of a storage, as an argument. */
function tensorStorage(storages: Storages, key: string, elements: Float32Array): PickleNode {
  storages.set(key, { bytes: new Uint8Array(elements.buffer), length: elements.length });
  const id = pickle(["storage", global("torch", "FloatStorage"), key, "cpu", elements.length]);
  return new PickleNode([...id.subarray(2, -1), 0x51]);
}
