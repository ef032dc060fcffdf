import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeSimcc } from "./decodeSimcc.ts";

test("any vectors are decoded as their definition says, by sorting", () => {
  const vectors = (joints: number, bins: number) =>
    fc.array(fc.double({ min: -4, max: 4, noNaN: true }), { minLength: joints * bins, maxLength: joints * bins });
  const drawn = fc
    .tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 9 }))
    .chain(([joints, xBins, yBins]) => fc.tuple(fc.constant(joints), vectors(joints, xBins), vectors(joints, yBins)));
  fc.assert(
    fc.property(drawn, fc.constantFrom(1, 2, 3), ([joints, x, y], splitRatio) => {
      const decoded = decodeSimcc(x, y, { joints, splitRatio });
      for (let k = 0; k < joints; k++) {
        const [best, bestY] = [x, y].map((all) => {
          const bins = all.length / joints;
          const ranked = all.slice(k * bins, (k + 1) * bins).map((value, bin) => ({ value, bin }));
          return ranked.sort((a, b) => b.value - a.value || a.bin - b.bin)[0]!;
        });
        const score = Math.min(best!.value, bestY!.value);
        const expected = score > 0 ? [best!.bin / splitRatio, bestY!.bin / splitRatio] : [-1 / splitRatio, -1 / splitRatio];
        expect([...decoded.slice(3 * k, 3 * k + 3)]).toEqual([...expected, score]);
      }
    }),
    { seed: 5 },
  );
});

test("of equal maxima the first wins; a joint that one axis alone denies is at bin −1 of both", () => {
  expect([...decodeSimcc([0, 2, 2, 1], [3, 3], { joints: 1, splitRatio: 2 })]).toEqual([0.5, 0, 2]);
  expect([...decodeSimcc([9, 1], [-1, -2], { joints: 1, splitRatio: 2 })]).toEqual([-0.5, -0.5, -1]);
  expect([...decodeSimcc([9, 1], [0, -2], { joints: 1, splitRatio: 1 })]).toEqual([-1, -1, 0]);
});

test("with the way back, key points lie in the image", () => {
  const keypoints = decodeSimcc([0, 0, 0, 1], [0, 1, 0, 0, 0, 0], { joints: 1, splitRatio: 2, toImage: [2, 0, 10, 0, 4, 20] });
  expect([...keypoints]).toEqual([2 * 1.5 + 10, 4 * 0.5 + 20, 1]);
});

test("wrong lengths and ratios are refused", () => {
  expect(() => decodeSimcc([1, 2, 3], [1, 2], { joints: 2, splitRatio: 2 })).toThrow("x must be [k, bins] with 2 joints; got 3 values");
  expect(() => decodeSimcc([1, 2], [], { joints: 2, splitRatio: 2 })).toThrow("y must be [k, bins] with 2 joints; got 0 values");
  expect(() => decodeSimcc([1, 2], [1, 2], { joints: 2, splitRatio: 0 })).toThrow(RangeError);
});
