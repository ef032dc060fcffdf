import { type Frame, lineChart, type Series, seriesColors, strokeText } from "@kindling/trainer";
import type { Comparison } from "./comparison.ts";

/** PCK over the epochs, mean over seeds, of every arm. */
export interface ArmCurve {
  readonly name: string;
  readonly points: Series["points"];
}

/** A comparison's results.png as SVG: the arms' PCK over the epochs, each teacher's as a level line, and the arms' means with intervals. */
export function compareFigure(
  curves: readonly ArmCurve[],
  teachers: readonly { readonly name: string; readonly pck: number }[],
  { arms }: Comparison,
): string {
  const xEnd = Math.max(1, ...curves.flatMap(({ points }) => points.map(([x]) => x)));
  const levels = teachers.map(({ name, pck }): Series => {
    const points = [[0, pck], [xEnd, pck]] as const; // biome-ignore format: one line
    return { name: teachers.length > 1 ? `teacher ${name}` : "teacher", points };
  });
  const panel = { width: 620, height: 380 };
  const width = 2 * margin + 2 * panel.width + gap;
  const height = top + panel.height + margin;
  const frame = (i: number): Frame => ({ x: margin + i * (panel.width + gap), y: top, ...panel });
  const chart = { title: "validation PCK, mean over seeds", xLabel: "epoch", xEnd, fromZero: true };
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    strokeText("arms on the same budget", { x: margin, y: 40, size: 24, color: ink, bold: true }),
    lineChart({ ...chart, series: [...curves, ...levels] }, frame(0)),
    intervals(arms, frame(1)),
    "</svg>",
  ].join("\n");
}

const ink = "#24292f";
const [margin, top, gap] = [36, 74, 40];

/** A row an arm: its name, its 95 % interval as a bar, its runs as circles, its mean as a number. */
function intervals(arms: Comparison["arms"], { x, y, width, height }: Frame): string {
  const values = arms.flatMap(({ pcks, low, high }) => [...pcks, low, high]);
  const [from, to] = [Math.min(...values), Math.max(...values)];
  const [left, right] = [x + 12, x + width - 90];
  const at = (value: number): number => Math.round(left + ((value - from) / (to - from || 1)) * (right - left));
  const step = (height - 40) / arms.length;
  const rows = arms.map(({ name, pcks, mean, low, high }, i) => {
    const row = Math.round(y + 40 + (i + 0.6) * step);
    const color = seriesColors[i % seriesColors.length]!;
    return [
      strokeText(name, { x: left, y: row - 14, size: 14, color: ink }),
      `<path d="M${at(low)} ${row}H${at(high)}M${at(low)} ${row - 5}v10M${at(high)} ${row - 5}v10" stroke="${color}" stroke-width="2.2"/>`,
      ...pcks.map((value) => `<circle cx="${at(value)}" cy="${row}" r="3.5" fill="none" stroke="${color}" stroke-width="1.4"/>`),
      `<circle cx="${at(mean)}" cy="${row}" r="4" fill="${color}"/>`,
      strokeText(mean.toFixed(3), { x: right + 16, y: row + 5, size: 14, color: ink }),
    ].join("");
  });
  return [strokeText("best weights, 95 % interval", { x, y: y + 16, size: 18, color: ink, bold: true }), ...rows].join("\n");
}
