import { openDevice } from "@kindling/gpu";
import { checkKernel, randomValues } from "@kindling/proof";
import { expect, test } from "vitest";
import { sumRowsKernel } from "./sumRows.ts";
import { sumSplitsKernel } from "./sumSplits.ts";

const device = await openDevice();

test("sumRows adds each range of the rows of some channels; ranges beyond the last row are 0", async () => {
  const cases = [
    { rows: 1, channels: 1, xChannels: 1, xOffset: 0, splits: 1 },
    { rows: 100, channels: 17, xChannels: 17, xOffset: 0, splits: 7 },
    { rows: 33, channels: 4, xChannels: 12, xOffset: 8, splits: 5 },
    { rows: 10, channels: 3, xChannels: 5, xOffset: 1, splits: 8 },
  ].map((problem, i) => {
    const { rows, channels, xChannels, xOffset, splits } = problem;
    const x = randomValues(i, rows * xChannels);
    const rowsPerSplit = Math.ceil(rows / splits);
    const sums = (x: Float64Array, term: (value: number) => number) =>
      Float64Array.from({ length: splits * channels }, (_, at) => {
        let sum = 0;
        const first = Math.floor(at / channels) * rowsPerSplit;
        for (let row = first; row < Math.min(rows, first + rowsPerSplit); row++)
          sum += term(x[row * xChannels + xOffset + (at % channels)]!);
        return sum;
      });
    const expected = ([read]: readonly Float64Array[]) => ({
      value: sums(read!, (value) => value),
      magnitude: sums(read!, Math.abs),
      terms: rowsPerSplit,
    });
    return {
      name: `${rows} × ${channels} of ${xChannels} in ${splits}`,
      problem,
      reads: [x],
      writes: [{ before: new Float32Array(splits * channels), expected }],
    };
  });
  const checks = await checkKernel(device, sumRowsKernel, cases);
  expect(checks.filter(({ dtype }) => dtype === "f32")).toHaveLength(4);
  expect(checks.filter(({ errorToBound }) => !(errorToBound < 1))).toEqual([]);
});

test("sumSplits adds the splits of each element", async () => {
  const cases = [
    { splits: 1, size: 1 },
    { splits: 7, size: 67 },
    { splits: 300, size: 3 },
  ].map((problem, i) => {
    const { splits, size } = problem;
    const partial = randomValues(i, splits * size);
    const sums = (term: (value: number) => number) =>
      Float64Array.from({ length: size }, (_, at) => partial.reduce((sum, value, j) => (j % size === at ? sum + term(value) : sum), 0));
    const expected = () => ({ value: sums((value) => value), magnitude: sums(Math.abs), terms: splits });
    return { name: `${splits} of ${size}`, problem, reads: [partial], writes: [{ before: new Float32Array(size), expected }] };
  });
  const checks = await checkKernel(device, sumSplitsKernel, cases);
  expect(checks.filter(({ dtype }) => dtype === "f32")).toHaveLength(3);
  expect(checks.filter(({ errorToBound }) => !(errorToBound < 1))).toEqual([]);
});
