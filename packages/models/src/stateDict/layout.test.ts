import { expect, test } from "vitest";
import { convWeightToFile, convWeightToMemory, linearWeightToFile, linearWeightToMemory } from "./layout.ts";

test("element [o, i, h, w] of a file is element [h, w, i, o] of memory, and further input channels are zero", () => {
  const [o, i, h, w, inChannels] = [5, 3, 2, 4, 4] as const;
  const file = Float32Array.from({ length: o * i * h * w }, (_, index) => index + 1);
  const memory = convWeightToMemory(file, [o, i, h, w], inChannels);
  expect(memory.length).toBe(h * w * inChannels * o);
  for (let b = 0; b < o; b++)
    for (let c = 0; c < inChannels; c++)
      for (let y = 0; y < h; y++)
        for (let x = 0; x < w; x++)
          expect(memory[((y * w + x) * inChannels + c) * o + b]).toBe(c < i ? file[((b * i + c) * h + y) * w + x] : 0);
});

test.each([
  [[4, 3, 3, 3], 3],
  [[4, 3, 3, 3], 4],
  [[7, 1, 5, 5], 1],
  [[1, 1, 1, 1], 1],
  [[2, 6, 1, 3], 8],
] as const)("to memory and back is the identity for %j with %i channels in memory", (shape, inChannels) => {
  const [o, i, h, w] = shape;
  const file = Float32Array.from({ length: o * i * h * w }, (_, index) => Math.sin(index));
  expect(convWeightToFile(convWeightToMemory(file, shape, inChannels), [h, w, inChannels, o], i)).toEqual(file);
});

test("a linear weight is transposed, and back", () => {
  const file = Float32Array.of(1, 2, 3, 4, 5, 6);
  const memory = linearWeightToMemory(file, [2, 3]);
  expect([...memory]).toEqual([1, 4, 2, 5, 3, 6]);
  expect(linearWeightToFile(memory, [3, 2])).toEqual(file);
});

test("shapes and data that disagree are refused", () => {
  expect(() => convWeightToMemory(new Float32Array(5), [1, 2, 1, 3], 2)).toThrow(/\[1, 2, 1, 3\] and 5 elements/);
  expect(() => convWeightToMemory(new Float32Array(6), [1, 2, 3], 2)).toThrow(/four axes/);
  expect(() => convWeightToMemory(new Float32Array(6), [1, 2, 1, 3], 1)).toThrow(/file's 2 input channels; it has 1/);
  expect(() => convWeightToFile(new Float32Array(6), [1, 3, 2, 1], 3)).toThrow(/file's 3 input channels; it has 2/);
  expect(() => linearWeightToMemory(new Float32Array(6), [6])).toThrow(/two axes/);
});
