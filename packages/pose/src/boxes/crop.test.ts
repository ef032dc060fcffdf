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

test("udp is mmpose's get_udp_warp_matrix, turned the other way", () => {
  fc.assert(
    fc.property(boxes, fc.double({ min: -180, max: 180, noNaN: true }), (box, rotation) => {
      const { center, scale } = boxToCenterScale(box, 0.75);
      const [x, y] = center;
      const [zoomX, zoomY] = [191 / scale.width, 255 / scale.height];
      const angle = (-rotation * Math.PI) / 180;
      const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
      const expected = [
        cos * zoomX,
        -sin * zoomX,
        zoomX * (-x * cos + y * sin + 0.5 * scale.width),
        sin * zoomY,
        cos * zoomY,
        zoomY * (-x * sin - y * cos + 0.5 * scale.height),
      ];
      const affine = cropAffine({ center, scale }, { width: 192, height: 256 }, rotation, "udp");
      for (const [i, value] of expected.entries()) expect(affine[i]).toBeCloseTo(value, 6);
    }),
    { seed: 3 },
  );
});

test("a crop of the mirrored image is the mirrored crop under udp, and one output pixel off under msra", () => {
  const imageWidth = 640;
  fc.assert(
    fc.property(boxes, fc.double({ min: 0, max: 639, noNaN: true }), (box, x) => {
      const mirrored = { ...box, x: imageWidth - 1 - box.x - box.width };
      const [input, y] = [{ width: 192, height: 256 }, box.y];
      for (const [rule, off] of [
        ["udp", 0],
        ["msra", 1],
      ] as const) {
        const [there] = applyAffine(cropOfBox(box, input, rule), [x, y]);
        const [here] = applyAffine(cropOfBox(mirrored, input, rule), [imageWidth - 1 - x, y]);
        expect(input.width - 1 - there + off).toBeCloseTo(here, 6);
      }
    }),
    { seed: 4 },
  );
});

test("udp maps the corners of the box with its margin to the first and last pixel centres", () => {
  const box = { x: 30, y: 10, width: 60, height: 100 };
  const affine = cropOfBox(box, { width: 192, height: 256 }, "udp");
  const [width, height] = [93.75, 125];
  for (const [corner, pixel] of [
    [
      [60 - width / 2, 60 - height / 2],
      [0, 0],
    ],
    [
      [60 + width / 2, 60 + height / 2],
      [191, 255],
    ],
  ] as const) {
    const [x, y] = applyAffine(affine, corner);
    expect(x).toBeCloseTo(pixel[0], 9);
    expect(y).toBeCloseTo(pixel[1], 9);
  }
});

test("a stretched crop is the box alone in whole pixels, whatever its aspect: edges on edges, as cv2.resize of the slice", () => {
  const affine = cropOfBox({ x: 10.4, y: 19.6, width: 30.2, height: 79.7 }, { width: 60, height: 40 }, "stretched");
  for (const [corner, edge] of [
    [
      [9.5, 19.5],
      [-0.5, -0.5],
    ],
    [
      [39.5, 99.5],
      [59.5, 39.5],
    ],
  ] as const) {
    const [x, y] = applyAffine(affine, corner);
    expect(x).toBeCloseTo(edge[0], 9);
    expect(y).toBeCloseTo(edge[1], 9);
  }
  expect(() => cropOfBox({ x: 0, y: 0, width: 0, height: 1 }, { width: 4, height: 4 }, "stretched")).toThrow(BoxError);
});

test("boxes and transforms without an inside are refused", () => {
  expect(() => cropOfBox({ x: 1, y: 2, width: 0, height: 5 }, { width: 192, height: 256 })).toThrow(BoxError);
  expect(() => cropOfBox({ x: Number.NaN, y: 2, width: 3, height: 5 }, { width: 192, height: 256 })).toThrow(/must be positive/);
  expect(() => cropAffine(boxToCenterScale({ x: 0, y: 0, width: 1, height: 1 }, 1), { width: 0, height: 1 })).toThrow(BoxError);
  expect(() => cropOfBox({ x: 0, y: 0, width: 1, height: 1 }, { width: 1, height: 9 }, "udp")).toThrow(/at least 2 × 2/);
  expect(() => invertAffine([1, 2, 0, 2, 4, 0])).toThrow(AffineError);
});

test("clipping follows HRNet: the far corner is the last pixel's index, and nothing left is null", () => {
  const image = { width: 100, height: 50 };
  expect(clipBox({ x: -5, y: 10, width: 30, height: 20 }, image)).toEqual({ x: 0, y: 10, width: 29, height: 19 });
  expect(clipBox({ x: 90, y: 40, width: 30, height: 20 }, image)).toEqual({ x: 90, y: 40, width: 9, height: 9 });
  expect(clipBox({ x: 120, y: 40, width: 30, height: 20 }, image)).toBeNull();
  expect(clipBox({ x: 10, y: 10, width: 1, height: 20 }, image)).toBeNull();
});
