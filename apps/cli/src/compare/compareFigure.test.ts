import { expect, test } from "vitest";
import { compareFigure } from "./compareFigure.ts";

const arm = (name: string, mean: number) => ({ name, pcks: [mean], mean, low: mean - 0.1, high: mean + 0.1 });
const curves = ["baseline", "kd"].map((name, i) => ({ name, points: [[1, 0.2], [2, 0.3 + i / 10]] as const })); // biome-ignore format: one line
const comparison = { arms: [arm("baseline", 0.3), arm("kd", 0.4)], differences: [] };

test("every arm and every teacher has a line and an entry in the legend, a teacher's line is level", () => {
  const teachers = [0.5, 0.6, 0.7].map((pck, i) => ({ name: `number-${i}`, pck }));
  for (const shown of [[], teachers.slice(0, 1), teachers]) {
    const svg = compareFigure(curves, shown, comparison);
    expect([...svg.matchAll(/<path d="M[\d.]+ [\d.]+h26"/g)]).toHaveLength(curves.length + shown.length);
    const heights = [...svg.matchAll(/<circle cx="[\d.]+" cy="([\d.]+)" r="2.8"/g)].map(([, y]) => Number(y)).slice(2 * curves.length);
    expect(heights).toHaveLength(2 * shown.length);
    for (const i of shown.keys()) expect(heights[2 * i]).toBe(heights[2 * i + 1]);
    expect(new Set(heights).size).toBe(shown.length);
  }
});
