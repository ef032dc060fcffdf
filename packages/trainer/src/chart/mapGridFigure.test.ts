import { expect, test } from "vitest";
import { heatColor } from "./heatColor.ts";
import { mapGridFigure } from "./mapGridFigure.ts";

test("every map has a rectangle a cell, coloured from 0 to its own highest value, and all of it lies in the picture", () => {
  const svg = mapGridFigure({
    title: "t",
    rows: ["r1", "r2"],
    columns: ["c1"],
    height: 2,
    width: 3,
    maps: [[{ values: [0, 0.5, 1, 2, 0, 0], label: "peaked" }], [{ values: Array(6).fill(0.1), label: "flat" }]],
  });
  const fills = [...svg.matchAll(/<rect[^>]* fill="rgb\(([\d,]+)\)"/g)].map(([, color]) => color);
  expect(fills.slice(0, 6)).toEqual([0, 0.25, 0.5, 1, 0, 0].map((value) => heatColor(value).join()));
  expect(new Set(fills.slice(6))).toEqual(new Set([heatColor(1).join()]));
  expect(fills).toHaveLength(12);
  const [, width, height] = /viewBox="0 0 (\d+) (\d+)"/.exec(svg)!.map(Number);
  for (const [, x, y] of svg.matchAll(/translate\(([\d.]+) ([\d.]+)\)" shape/g)) {
    expect(Number(x) + 3 * 53).toBeLessThan(width!); // cells of 160 / 3 pixels
    expect(Number(y) + 2 * 53).toBeLessThan(height!);
  }
});
