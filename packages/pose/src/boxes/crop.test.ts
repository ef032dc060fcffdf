import fc from "fast-check";
import { expect, test } from "vitest";
import { AffineError, applyAffine, invertAffine } from "./affine.ts";
import { BoxError, clipBox } from "./box.ts";
import { boxToCenterScale, cropAffine, cropOfBox } from "./crop.ts";

const boxes = fc.record({
  x: fc.double({ min: -200, max: 800, noNaN: true }),
  y: fc.double({ min: -200, max: 800, noNaN: true }),
  width: fc.double({ min: 0.5, max: 900, noNaN: true }),
  height: fc.double({ min: 0.5, max: 900, noNaN: true }),
});

test("a crop shows the whole box, touches it with a margin of 1.25 on one axis, and keeps its centre", () => {
  fc.assert(
    fc.property(boxes, fc.integer({ min: 1, max: 500 }), fc.integer({ min: 1, max: 500 }), (box, width, height) => {
      const affine = cropOfBox(box, { width, height });
      const [left, top] = applyAffine(affine, [box.x, box.y]);
      const [right, bottom] = applyAffine(affine, [box.x + box.width, box.y + box.height]);
      expect(Math.max((right - left) / width, (bottom - top) / height)).toBeCloseTo(1 / 1.25, 6);
      expect((left + right) / 2).toBeCloseTo(width / 2, 5);
      expect((top + bottom) / 2).toBeCloseTo(height / 2, 5);
    }),
    { seed: 1 },
  );
});

test("the inverse of a turned crop brings every point back", () => {
  fc.assert(
    fc.property(boxes, fc.double({ min: -180, max: 180, noNaN: true }), (box, rotation) => {
      const affine = cropAffine(boxToCenterScale(box, 0.75), { width: 192, height: 256 }, rotation);
      const [x, y] = applyAffine(invertAffine(affine), applyAffine(affine, [box.x, box.y]));
      expect(x).toBeCloseTo(box.x, 6);
      expect(y).toBeCloseTo(box.y, 6);
    }),
    { seed: 2 },
  );
});

test("boxes and transforms without an inside are refused", () => {
  expect(() => cropOfBox({ x: 1, y: 2, width: 0, height: 5 }, { width: 192, height: 256 })).toThrow(BoxError);
  expect(() => cropOfBox({ x: Number.NaN, y: 2, width: 3, height: 5 }, { width: 192, height: 256 })).toThrow(/must be positive/);
  expect(() => cropAffine(boxToCenterScale({ x: 0, y: 0, width: 1, height: 1 }, 1), { width: 0, height: 1 })).toThrow(BoxError);
  expect(() => invertAffine([1, 2, 0, 2, 4, 0])).toThrow(AffineError);
});

test("clipping follows HRNet: the far corner is the last pixel's index, and nothing left is null", () => {
  const image = { width: 100, height: 50 };
  expect(clipBox({ x: -5, y: 10, width: 30, height: 20 }, image)).toEqual({ x: 0, y: 10, width: 29, height: 19 });
  expect(clipBox({ x: 90, y: 40, width: 30, height: 20 }, image)).toEqual({ x: 90, y: 40, width: 9, height: 9 });
  expect(clipBox({ x: 120, y: 40, width: 30, height: 20 }, image)).toBeNull();
  expect(clipBox({ x: 10, y: 10, width: 1, height: 20 }, image)).toBeNull();
});
