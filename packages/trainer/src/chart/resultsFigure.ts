import type { EpochResults } from "../results.ts";
import { type LineChart, lineChart, type Series } from "./lineChart.ts";
import { strokeText } from "./strokeFont.ts";

/** The curves of a run as one SVG: training losses, validation loss, validation metrics and learning rate over the epochs. */
export function resultsFigure(title: string, rows: readonly EpochResults[]): string {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const isLoss = (name: string): boolean => name.startsWith("validation/loss");
  const charts: readonly LineChart[] = [
    {
      title: "training loss",
      series: seriesOf(
        rows,
        names.filter((name) => name.startsWith("train/")),
      ),
    },
    { title: "validation loss", series: seriesOf(rows, names.filter(isLoss)) },
    {
      title: "validation",
      series: seriesOf(
        rows,
        names.filter((name) => name.startsWith("validation/") && !isLoss(name)),
      ),
      fromZero: true,
    },
    {
      title: "learning rate",
      series: seriesOf(
        rows,
        names.filter((name) => name === "learningRate"),
      ),
      fromZero: true,
    },
  ].map((chart) => ({ ...chart, xLabel: "epoch", xEnd: Math.max(1, rows.at(-1)?.epoch ?? 1) }));

  const panels = charts.map((chart, i) =>
    lineChart(chart, { x: margin + (i % 2) * (panel.width + gap), y: 74 + Math.floor(i / 2) * (panel.height + gap), ...panel }),
  );
  const width = 2 * margin + 2 * panel.width + gap;
  const height = 74 + 2 * panel.height + gap + margin / 2;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    strokeText(title, { x: margin, y: 40, size: 24, color: "#24292f", bold: true }),
    ...panels,
    "</svg>",
  ].join("\n");
}

const margin = 36;
const gap = 40;
const panel = { width: 560, height: 330 };

/** One curve a name, without its prefix; epochs in which it was not measured are passed over, NaN is kept as a gap. */
function seriesOf(rows: readonly EpochResults[], names: readonly string[]): readonly Series[] {
  return names.map((name) => ({
    name: name.slice(name.indexOf("/") + 1),
    points: rows.filter((row) => Object.hasOwn(row, name)).map((row) => [row.epoch, row[name]!] as const),
  }));
}
