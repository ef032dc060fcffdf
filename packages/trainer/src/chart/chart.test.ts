import sharp from "sharp";
import { expect, test } from "vitest";
import type { EpochResults } from "../results.ts";
import { glyphs } from "./glyphs.ts";
import { lineChart, type Series } from "./lineChart.ts";
import { resultsFigure } from "./resultsFigure.ts";
import { strokeText, textWidth } from "./strokeFont.ts";
import { formatNumber, niceTicks } from "./ticks.ts";

const frame = { x: 0, y: 0, width: 400, height: 300 };
const chart = (series: readonly Series[]): string => lineChart({ title: "loss", xLabel: "epoch", xEnd: 4, series }, frame);
/** The path of the only curve: the one that is drawn wide and is not the legend's. */
const curveOf = (svg: string): string => [...svg.matchAll(/<path d="([^"]*)" fill="none" stroke="#0072b2"/g)].at(-1)![1]!;

async function darkPixels(svg: string): Promise<number> {
  const { data } = await sharp(Buffer.from(svg)).flatten({ background: "#ffffff" }).greyscale().raw().toBuffer({ resolveWithObject: true });
  return data.filter((value) => value < 128).length;
}

test("every printable ASCII character has a glyph, and all digits are equally wide", () => {
  const missing = Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i)).filter((character) => !glyphs[character]);
  expect(missing).toEqual([]);
  expect(new Set([..."0123456789"].map((digit) => textWidth(digit, 14))).size).toBe(1);
});

test.each(Object.keys(glyphs).filter((character) => character !== " "))(
  "the glyph of %s is a path that draws something",
  async (character) => {
    const text = strokeText(character, { x: 30, y: 60, size: 60, color: "#000" });
    expect(await darkPixels(`<svg xmlns="http://www.w3.org/2000/svg" width="100" height="100">${text}</svg>`)).toBeGreaterThan(5);
  },
);

test("text takes the width that it says, from either end", async () => {
  for (const [anchor, left] of [
    ["start", 20],
    ["middle", 20 + textWidth("HnH", 40) / 2],
    ["end", 20 + textWidth("HnH", 40)],
  ] as const) {
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="200" height="60">${strokeText("HnH", { x: left, y: 50, size: 40, color: "#000", anchor })}</svg>`;
    const { info } = await sharp(Buffer.from(svg)).flatten({ background: "#fff" }).trim().toBuffer({ resolveWithObject: true });
    expect(Math.abs(info.width - textWidth("HnH", 40))).toBeLessThan(6);
    expect(Math.abs(-info.trimOffsetLeft! - 20)).toBeLessThan(4);
  }
});

test.each([
  [0, 1, 5, [0, 0.2, 0.4, 0.6, 0.8, 1]],
  [0.12, 0.245, 4, [0.1, 0.15, 0.2, 0.25]],
  [0, 0.001, 5, [0, 2e-4, 4e-4, 6e-4, 8e-4, 1e-3]],
  [-3, 7, 2, [-5, 0, 5, 10]],
  [5, 5, 5, [2, 3, 4, 5, 6, 7, 8]],
  [0, 0, 2, [-0.5, 0, 0.5]],
])("ticks from %d to %d are round and enclose both", (low, high, count, ticks) => {
  expect(niceTicks(low, high, count)).toEqual(ticks);
});

test("ticks of whole things are whole", () => {
  expect(niceTicks(0, 1, 7, 1)).toEqual([0, 1]);
  expect(niceTicks(0, 30, 7, 1)).toEqual([0, 5, 10, 15, 20, 25, 30]);
});

test("numbers are short", () => {
  expect([0, 0.25, 1 / 3, 1234.56, 2e-4, 3.9426e-6, 2.5e7, Number.NaN].map(formatNumber)).toEqual([
    "0",
    "0.25",
    "0.3333",
    "1235",
    "2e-4",
    "3.94e-6",
    "2.5e7",
    "NaN",
  ]);
});

test("a NaN or an infinity breaks the curve, and a point between two of them is still marked", () => {
  const svg = chart([
    {
      name: "gt",
      points: [
        [1, 3],
        [2, Number.NaN],
        [3, 2],
        [4, Number.POSITIVE_INFINITY],
      ],
    },
  ]);
  expect(curveOf(svg).match(/M/g)).toHaveLength(2);
  expect(svg.match(/<circle/g)).toHaveLength(2);
  expect(svg).not.toMatch(/NaN|Infinity/);
});

test("one point is drawn, and no points say so", async () => {
  expect(chart([{ name: "gt", points: [[1, 0.5]] }])).toContain("<circle");
  const empty = chart([{ name: "gt", points: [[1, Number.NaN]] }]);
  expect(empty).not.toContain("<circle");
  expect(await darkPixels(`<svg xmlns="http://www.w3.org/2000/svg" width="400" height="300">${empty}</svg>`)).toBeGreaterThan(50);
});

test("higher values are drawn higher, later ones further right", () => {
  const [, x1, y1, x2, y2] = /M([\d.]+) ([\d.]+)L([\d.]+) ([\d.]+)/
    .exec(
      curveOf(
        chart([
          {
            name: "gt",
            points: [
              [1, 1],
              [3, 2],
            ],
          },
        ]),
      ),
    )!
    .map(Number);
  expect(x2).toBeGreaterThan(x1!);
  expect(y2).toBeLessThan(y1!);
});

test("a legend that is wider than its chart goes on in the next row, above the curves", () => {
  const names = ["a short one", "a longer one", "one of the longest names of all", "another"];
  const svg = chart(names.map((name, i) => ({ name, points: [[0, i], [4, i + 1]] }))); // biome-ignore format: one line
  const samples = [...svg.matchAll(/<path d="M([\d.]+) ([\d.]+)h26"/g)].map(([, x, y]) => [Number(x), Number(y)] as const);
  expect(samples).toHaveLength(names.length);
  expect(new Set(samples.map(([, y]) => y)).size).toBeGreaterThan(1);
  for (const [i, [x]] of samples.entries()) expect(x + 33 + textWidth(`${names[i]} ${i + 1}`, 14)).toBeLessThanOrEqual(frame.width);
  const highest = Math.min(...[...svg.matchAll(/<circle cx="[\d.]+" cy="([\d.]+)"/g)].map(([, y]) => Number(y)));
  expect(highest).toBeGreaterThan(Math.max(...samples.map(([, y]) => y)));
});

test("the figure of a run needs no fonts and renders, empty, with one epoch and with many", async () => {
  const rows: EpochResults[] = Array.from({ length: 60 }, (_, i) => ({
    epoch: i + 1,
    step: 10 * (i + 1),
    learningRate: 1e-3 / (i + 1),
    "train/total": i === 7 ? Number.NaN : 1 / (i + 1),
    ...(i % 5 === 4 ? { "validation/loss": 0.5, "validation/pck": i / 60 } : {}),
  }));
  for (const part of [[], rows.slice(0, 1), rows]) {
    const svg = resultsFigure("run <&> name", part);
    expect(svg).not.toMatch(/<text|NaN|undefined/);
    const { width, height } = await sharp(Buffer.from(svg)).png().metadata();
    expect([width, height]).toEqual([1232, 792]);
  }
});
