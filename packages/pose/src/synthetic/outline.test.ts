import fc from "fast-check";
import { expect, test } from "vitest";
import { covers, ellipseOutline, limbOutline, type Outline, rectangleOutline } from "./outline.ts";

const coordinate = fc.double({ min: -50, max: 50, noNaN: true });
const point = fc.tuple(coordinate, coordinate);

test("an ellipse covers what its equation says, but for the slivers between corners", () => {
  fc.assert(
    fc.property(point, ([x, y]) => {
      const outline = ellipseOutline([3, -4], [20, 0], [0, 10], 64);
      const value = ((x - 3) / 20) ** 2 + ((y + 4) / 10) ** 2;
      if (value < 0.99) expect(covers(outline, [x, y])).toBe(true);
      if (value > 1) expect(covers(outline, [x, y])).toBe(false);
    }),
    { seed: 4, numRuns: 500 },
  );
});

test("a limb covers both of its ends, however short it is", () => {
  const radius = fc.double({ min: 0.5, max: 30, noNaN: true });
  fc.assert(
    fc.property(point, point, radius, radius, radius, (from, to, first, middle, last) => {
      const outline = limbOutline(from, to, [first, middle, last]);
      expect(covers(outline, from)).toBe(true);
      expect(covers(outline, to)).toBe(true);
    }),
    { seed: 5, numRuns: 500 },
  );
});

test("turning an outline round, in either direction of its corners, turns what it covers", () => {
  const outline = rectangleOutline(-10, -5, 20, 10);
  fc.assert(
    fc.property(point, fc.double({ min: 0, max: 6, noNaN: true }), ([x, y], angle) => {
      const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
      const turned: Outline = outline.map(([u, v]) => [u * cos - v * sin, u * sin + v * cos]);
      const inside = Math.abs(x) < 10 && Math.abs(y) < 5;
      fc.pre(Math.abs(Math.abs(x) - 10) > 1e-6 && Math.abs(Math.abs(y) - 5) > 1e-6);
      expect(covers(turned, [x * cos - y * sin, x * sin + y * cos])).toBe(inside);
      expect(covers([...turned].reverse(), [x * cos - y * sin, x * sin + y * cos])).toBe(inside);
    }),
    { seed: 6, numRuns: 500 },
  );
});
