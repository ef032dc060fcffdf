import { DTypeError, decodeFloat16, encodeFloat16, openDevice, sizeOf } from "@kindling/gpu";
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

function parameter(name: string, shape: readonly number[]): Variable {
  return namedVariable(name, { shape, role: "parameter", init: () => new Float32Array(sizeOf(shape)) });
}
