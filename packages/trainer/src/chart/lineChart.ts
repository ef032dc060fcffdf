import { seriesColors, seriesDashes } from "./palette.ts";
import { strokeText, textWidth } from "./strokeFont.ts";
import { formatNumber, niceTicks } from "./ticks.ts";

/** One curve. */
export interface Series {
  readonly name: string;
  /** In the order of x; a y that is NaN or infinite leaves a gap. */
  readonly points: readonly (readonly [x: number, y: number])[];
}

/** Curves over one axis, with what is written beside them. */
export interface LineChart {
  readonly title: string;
  /** What x counts; its ticks are whole numbers. */
  readonly xLabel: string;
  /** The last x of the axis, which begins at 0; so that charts side by side have the same one. */
  readonly xEnd: number;
  readonly series: readonly Series[];
  /** Begin the y axis at zero, for fractions and rates. */
  readonly fromZero?: boolean;
}

/** A rectangle in pixels. */
export interface Frame {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A chart with axes, ticks and a legend with the last values, as SVG elements inside `frame`. */
export function lineChart({ title, xLabel, xEnd, series, fromZero = false }: LineChart, frame: Frame): string {
  const heading = strokeText(title, { x: frame.x, y: frame.y + 16, size: 18, color: ink, bold: true });
  const drawn = series.map(({ name, points }) => ({ name, points: points.filter(([x]) => Number.isFinite(x)) }));
  const finite = drawn.flatMap(({ points }) => points.filter(([, y]) => Number.isFinite(y)));
  if (finite.length === 0) {
    const at = { x: frame.x + frame.width / 2, y: frame.y + frame.height / 2 };
    return heading + strokeText("no values yet", { ...at, size: 15, color: faint, anchor: "middle" });
  }

  const xTicks = niceTicks(0, xEnd, frame.width / 80, 1);
  const yTicks = niceTicks(...extent([...finite.map(([, y]) => y), ...(fromZero ? [0] : [])]), frame.height / 55);
  const { svg, height: above } = legend(drawn, frame);
  const plot: Frame = { x: frame.x + 58, y: frame.y + 38 + above, width: frame.width - 70, height: frame.height - 82 - above };
  const toX = scale(xTicks, plot.x, plot.x + plot.width);
  const toY = scale(yTicks, plot.y + plot.height, plot.y);
  return [heading, svg, axes(xTicks, yTicks, toX, toY, plot, xLabel), ...drawn.map(({ points }, i) => curve(points, i, toX, toY))].join(
    "\n",
  );
}

const ink = "#24292f";
const faint = "#6e7781";

type Scale = (value: number) => number;

/** The names below the heading, in as many rows as they need. */
function legend(series: readonly Series[], frame: Frame): { readonly svg: string; readonly height: number } {
  let [x, y] = [frame.x, frame.y];
  const entries = series.map(({ name, points }, i) => {
    const last = points.findLast(([, value]) => Number.isFinite(value))?.[1];
    const label = last === undefined ? name : `${name} ${formatNumber(last)}`;
    const width = 33 + textWidth(label, 14);
    if (x > frame.x && x + width > frame.x + frame.width) [x, y] = [frame.x, y + legendRow];
    const line = `<path d="M${x} ${y + 33}h26" ${pen(i)}/>`;
    const text = strokeText(label, { x: x + 33, y: y + 38, size: 14, color: ink });
    x += width + 22;
    return line + text;
  });
  return { svg: entries.join("\n"), height: y - frame.y + legendRow };
}

const legendRow = 20;

function axes(xTicks: readonly number[], yTicks: readonly number[], toX: Scale, toY: Scale, plot: Frame, xLabel: string): string {
  const bottom = plot.y + plot.height;
  const rows = yTicks.map((tick) => {
    const y = round(toY(tick));
    return (
      `<path d="M${plot.x} ${y}h${plot.width}" stroke="#d8dee4" stroke-width="1"/>` +
      strokeText(formatNumber(tick), { x: plot.x - 9, y: y + 5, size: 14, color: faint, anchor: "end" })
    );
  });
  const columns = xTicks.map((tick) => {
    const x = round(toX(tick));
    return (
      `<path d="M${x} ${bottom}v5" stroke="${faint}" stroke-width="1"/>` +
      strokeText(formatNumber(tick), { x, y: bottom + 20, size: 14, color: faint, anchor: "middle" })
    );
  });
  const line = `<path d="M${plot.x} ${bottom}h${plot.width}" stroke="${faint}" stroke-width="1"/>`;
  const label = strokeText(xLabel, { x: plot.x + plot.width / 2, y: bottom + 40, size: 14, color: faint, anchor: "middle" });
  return [...rows, line, ...columns, label].join("\n");
}

/** A path that is broken at gaps; few points are also marked, and a point between gaps is nothing but its mark. */
function curve(points: readonly (readonly [x: number, y: number])[], index: number, toX: Scale, toY: Scale): string {
  const finite = (i: number): boolean => Number.isFinite(points[i]?.[1]);
  let path = "";
  const marks: string[] = [];
  for (const [i, [x, y]] of points.entries()) {
    if (!finite(i)) continue;
    const at = `${round(toX(x))} ${round(toY(y))}`;
    path += `${finite(i - 1) ? "L" : "M"}${at}`;
    if (points.length <= 40 || (!finite(i - 1) && !finite(i + 1))) marks.push(mark(at, index));
  }
  return `<path d="${path}" ${pen(index)}/>${marks.join("")}`;
}

function mark(at: string, index: number): string {
  const [x, y] = at.split(" ");
  return `<circle cx="${x}" cy="${y}" r="2.8" fill="${seriesColors[index % seriesColors.length]!}"/>`;
}

function pen(index: number): string {
  const dashes = seriesDashes[index % seriesDashes.length]!;
  const color = seriesColors[index % seriesColors.length]!;
  return `fill="none" stroke="${color}" stroke-width="2.2" stroke-linejoin="round"${dashes ? ` stroke-dasharray="${dashes}"` : ""}`;
}

function scale(ticks: readonly number[], from: number, to: number): Scale {
  const low = ticks[0]!;
  const high = ticks.at(-1)!;
  return (value) => from + ((value - low) / (high - low)) * (to - from);
}

function extent(values: readonly number[]): [low: number, high: number] {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return [low, high];
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
