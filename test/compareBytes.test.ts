import { expect, test } from "vitest";

const ramp = (change?: readonly [at: number, value: number]): Float32Array => {
  const values = Float32Array.from({ length: 100_000 }, (_, i) => i / 3);
  if (change) values[change[0]] = change[1];
  return values;
};

test("typed arrays are equal where they are of one kind and every number is the same, NaN and the sign of zero included", () => {
  expect(ramp()).toEqual(ramp());
  expect(ramp([7, Number.NaN])).toEqual(ramp([7, Number.NaN]));
  expect({ list: [ramp()], map: new Map([["a", ramp()]]) }).toStrictEqual({ list: [ramp()], map: new Map([["a", ramp()]]) });
  // A part of a larger memory is its own numbers, whatever lies beside them.
  expect(ramp([0, -1]).subarray(1, 9)).toEqual(ramp([20, -1]).subarray(1, 9));
});

test.each([
  ["one number differs", ramp(), ramp([99_999, 0])],
  ["one has another sign of zero", new Float32Array(1), new Float32Array([-0])],
  ["one is longer", ramp(), ramp().subarray(1)],
  ["they are of different kinds", new Uint8Array(4), new Int8Array(4)],
  ["one is a list", new Float32Array(2), [0, 0]],
])("typed arrays are not equal where %s", (_, a, b) => {
  expect(a).not.toEqual(b);
  expect(b).not.toEqual(a);
});
