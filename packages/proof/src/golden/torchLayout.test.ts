import { expect, test } from "vitest";
import { type TorchLayout, toMemory, valuesToFile, valuesToMemory } from "./torchLayout.ts";

const counting = (shape: readonly number[]) => ({
  shape,
  data: Float32Array.from({ length: shape.reduce((product, size) => product * size, 1) }, (_, i) => i),
});

test("[n,c,h,w] becomes [n,h,w,c] and [o,i,h,w] becomes [h,w,i,o]", () => {
  const image = toMemory(counting([2, 3, 4, 5]), "image");
  expect(image.shape).toEqual([2, 4, 5, 3]);
  // n = 1, h = 2, w = 3, c = 1
  expect(image.data[((1 * 4 + 2) * 5 + 3) * 3 + 1]).toBe(((1 * 3 + 1) * 4 + 2) * 5 + 3);
  const weight = toMemory(counting([2, 3, 4, 5]), "convolution");
  expect(weight.shape).toEqual([4, 5, 3, 2]);
  // h = 2, w = 3, i = 1, o = 1
  expect(weight.data[((2 * 5 + 3) * 3 + 1) * 2 + 1]).toBe(((1 * 3 + 1) * 4 + 2) * 5 + 3);
});

test("[o,i] becomes [i,o]", () => {
  expect(toMemory(counting([2, 3]), "linear")).toEqual({ shape: [3, 2], data: Float32Array.of(0, 3, 1, 4, 2, 5) });
});

test.each<[TorchLayout, number[]]>([
  ["plain", [3, 1, 5, 2]],
  ["image", [3, 1, 5, 2]],
  ["convolution", [3, 1, 5, 2]],
  ["linear", [3, 5]],
])("there and back leaves %s values as they were", (layout, shape) => {
  const file = counting(shape);
  const memory = toMemory(file, layout);
  expect(valuesToFile(memory.data, memory.shape, layout)).toEqual(file.data);
  expect(valuesToMemory(file.data, memory.shape, layout)).toEqual(memory.data);
});

test("one number a map loses its axes of one, a scalar its only axis", () => {
  expect(toMemory(counting([2, 3, 1, 1]), "perMap").shape).toEqual([2, 3]);
  expect(toMemory(counting([1]), "scalar").shape).toEqual([]);
});
