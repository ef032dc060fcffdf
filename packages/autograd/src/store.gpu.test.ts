import { Device, DTypeError, decodeFloat16, encodeFloat16, openDevice, ShapeError, sizeOf } from "@kindling/gpu";
import { randomValues } from "@kindling/proof";
import { expect, test } from "vitest";
import { ParameterStore } from "./store.ts";
import { namedVariable, type Variable } from "./variable.ts";

const device = await openDevice();

test("a frozen variable may be stored as f16: read, its numbers are those written, rounded, and its neighbours are untouched", async () => {
  const variables = [parameter("a", [5]), parameter("b", [3, 43]), parameter("c", [128])];
  for (const variable of variables.slice(0, 2)) variable.storeAsF16();
  using store = new ParameterStore(device, { variables, trainable: () => false });
  for (const order of [variables, [...variables].reverse()]) {
    const written = new Map(order.map((variable, i) => [variable, randomValues(i + 1, sizeOf(variable.shape))]));
    for (const [variable, data] of written) store.write(variable, data);
    const read = await store.read(variables);
    for (const [variable, data] of written) {
      expect(read.get(variable)).toEqual(variable.dtype === "f16" ? decodeFloat16(encodeFloat16(data)) : data);
    }
  }
});

test("a trained variable that is stored as f16 is refused", () => {
  const variable = parameter("a", [4]);
  variable.storeAsF16();
  expect(() => new ParameterStore(device, { variables: [variable], trainable: () => true })).toThrow(DTypeError);
});

test.each(["maxBindingBytes", "maxBufferBytes"] as const)(
  "arenas are cut at %s, gradients and slots like their parameters; a variable beyond it is refused by name",
  (limited) => {
    const small = new Device({ ...device, gpu: device.gpu, capabilities: { ...device.capabilities, [limited]: 1024 } });
    const sizes = [60, 64, 65, 1, 256, 100, 30, 120, 64, 64];
    const variables = [...sizes.map((size, i) => parameter(`p${i}`, [size])), ...sizes.map((size, i) => state(`s${i}`, [size]))];
    using store = new ParameterStore(small, { variables, trainable: () => true });
    const slots = store.slot("average");
    expect(store.segments.length).toBe(slots.length);
    for (const [i, { parameters, gradients }] of store.segments.entries()) {
      expect(store.rangeOf(parameters).bytes).toBeLessThanOrEqual(1024);
      for (const other of [gradients, slots[i]!]) expect(other.shape).toEqual(parameters.shape);
    }
    const places = variables.map((variable) => store.rangeOf(variable));
    for (const { buffer, offset, bytes } of places) {
      expect(buffer.size).toBeLessThanOrEqual(1024);
      expect(offset + bytes).toBeLessThanOrEqual(buffer.size);
    }
    const starts = places.map(({ buffer, offset }) => `${buffer.label} ${offset}`);
    expect(new Set(starts).size).toBe(variables.length);
    for (const variable of variables.filter(({ role }) => role === "parameter")) {
      const [at, gradientAt] = [store.rangeOf(variable), store.rangeOf(store.gradientOf(variable))];
      expect([gradientAt.offset, gradientAt.bytes]).toEqual([at.offset, at.bytes]);
    }
    expect(() => new ParameterStore(small, { variables: [parameter("large", [257])], trainable: () => true })).toThrow(
      "large needs 1280 bytes; this adapter binds at most 1024",
    );
  },
);

test("transient memory begins as zeros, is the same for the same name, counts as the store's and is not saved", async () => {
  using store = new ParameterStore(device, { variables: [parameter("a", [4])], trainable: () => true });
  const before = store.bytes;
  const sums = store.transient("sums", [3, 5]);
  expect(store.transient("sums", [3, 5])).toBe(sums);
  expect(store.bytes).toBe(before + 256);
  expect((await store.read([sums])).get(sums)).toEqual(new Float32Array(15));
  expect([...store.persistent.keys()]).toEqual(["a"]);
});

test("copies begin as what they are of, statistics too, and are saved; what shares a place reads it", async () => {
  const trained = [parameter("a", [3, 5]), state("mean", [7])];
  const [frozen, count] = [parameter("frozen", [4]), state("count", [2])];
  using store = new ParameterStore(device, { variables: [...trained, frozen], trainable: (v) => v !== frozen, counters: [count] });
  const values = trained.map(({ shape }, i) => randomValues(i + 1, sizeOf(shape)));
  for (const [i, variable] of trained.entries()) store.write(variable, values[i]!);
  const copies = store.copies("average");
  expect(store.copies("average")).toBe(copies);
  expect(copies.map(({ of }) => of.shape)).toEqual(copies.map(({ copy }) => copy.shape));
  expect([...store.persistent.keys()]).toEqual(["a", "mean", "count", "average.a", "average.mean"]);
  store.write(trained[0]!, new Float32Array(15));
  const other = parameter("other", [3, 5]);
  store.share(other, store.persistent.get("average.a")!);
  const read = await store.read([other, store.persistent.get("average.mean")!]);
  expect([...read.values()]).toEqual(values);
  expect(() => store.share(parameter("wide", [16]), trained[0]!)).toThrow(ShapeError);
});

function state(name: string, shape: readonly number[]): Variable {
  return namedVariable(name, { shape, role: "state", init: () => new Float32Array(sizeOf(shape)) });
}

function parameter(name: string, shape: readonly number[]): Variable {
  return namedVariable(name, { shape, role: "parameter", init: () => new Float32Array(sizeOf(shape)) });
}
