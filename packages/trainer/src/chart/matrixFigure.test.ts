import sharp from "sharp";
import { expect, test } from "vitest";
import { heatColor, overlayHeat } from "./heatColor.ts";
import { matrixFigure } from "./matrixFigure.ts";

const brightness = (value: number): number => {
  const [red, green, blue] = heatColor(value);
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
};

test("colours grow lighter with the value, and what lies beyond 0 and 1 is as they are", () => {
  const values = Array.from({ length: 101 }, (_, i) => brightness(i / 100));
  for (const [i, value] of values.entries()) if (i > 0) expect(value).toBeGreaterThan(values[i - 1]!);
  expect(heatColor(-0.3)).toEqual(heatColor(0));
  expect(heatColor(7)).toEqual(heatColor(1));
});

test("an overlay is half picture and half colour, and opaque", () => {
  const [red, green, blue] = heatColor(1);
  expect([...overlayHeat(Uint8Array.of(0, 100, 200, 0, 1, 1, 1, 9), [1, 0])]).toEqual([
    Math.round(red / 2),
    Math.round((green + 100) / 2),
    Math.round((blue + 200) / 2),
    255,
    ...heatColor(0).map((byte) => Math.round((byte + 1) / 2)),
    255,
  ]);
});

test("a matrix has a cell for each value in its colour, the first row at the bottom, and all of it lies in the picture", async () => {
  const values = [
    [0.1, 0.9, Number.NaN],
    [1, 0.5, -0.1],
  ];
  const svg = matrixFigure({
    title: "t",
    rowsLabel: "a",
    columnsLabel: "b",
    rows: ["r1", "r2"],
    columns: ["c1", "a.long.name", "c3"],
    values,
  });
  const cells = [...svg.matchAll(/<rect x="([\d.]+)" y="([\d.]+)" width="47" height="47" fill="([^"]+)"/g)].map(([, x, y, fill]) => ({
    x: Number(x),
    y: Number(y),
    fill,
  }));
  expect(cells.map(({ fill }) => fill)).toEqual(
    values.flat().map((value) => (Number.isNaN(value) ? "#d0d7de" : `rgb(${heatColor(value).join()})`)),
  );
  expect(cells[0]!.y).toBe(cells[3]!.y + 48);
  expect(cells[1]!.x).toBe(cells[0]!.x + 48);
  const { data, info } = await sharp(Buffer.from(svg)).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const inside = (at: number, length: number): boolean => at >= 12 && at < length - 12;
  const isInBorder = (pixel: number): boolean =>
    !inside(pixel % info.width, info.width) || !inside(Math.floor(pixel / info.width), info.height);
  expect([...data].every((byte, at) => byte === 255 || !isInBorder(Math.floor(at / 3)))).toBe(true);
  expect([...data].some((byte) => byte < 100)).toBe(true);
});
