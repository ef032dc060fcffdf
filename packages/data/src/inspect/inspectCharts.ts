import { escapeHtml } from "./escapeHtml.ts";
import type { JointCount } from "./statistics.ts";

/** How values are put into bins. */
export interface HistogramOptions {
  /** Bins of one whole number each, as long as there are not too many. */
  readonly whole?: boolean;
  /** Bins of equal ratio. */
  readonly logarithmic?: boolean;
}

/** A bin of a histogram: `from` ≤ value < `to`, the last one with its end. */
export interface Bin {
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

/** Puts values into bins that cover them all; none of no values. */
export function binsOf(values: readonly number[], { whole = false, logarithmic = false }: HistogramOptions = {}): readonly Bin[] {
  if (values.length === 0) return [];
  let [least, most] = [Infinity, -Infinity];
  for (const value of values) [least, most] = [Math.min(least, value), Math.max(most, value)];
  const [scale, unscale] = logarithmic ? [Math.log, Math.exp] : [(x: number) => x, (x: number) => x];
  const step = Math.ceil((most - least + 1) / mostBins);
  const count = whole ? Math.ceil((most - least + 1) / step) : least === most ? 1 : mostBins;
  const edge = (bin: number): number => (whole ? least + bin * step : unscale(scale(least) + ((scale(most) - scale(least)) * bin) / count));
  const counts = Array.from({ length: count }, () => 0);
  for (const value of values) {
    const share = whole ? (value - least) / (step * count) : (scale(value) - scale(least)) / (scale(most) - scale(least) || 1);
    counts[Math.min(count - 1, Math.floor(share * count))]!++;
  }
  return counts.map((each, bin) => ({ from: edge(bin), to: edge(bin + 1), count: each }));
}

const mostBins = 24;
const [width, height] = [360, 150];

/** A histogram with the ends of its axis and the tallest bin's count; each bar's title says what it is. */
export function histogramSvg(values: readonly number[], options: HistogramOptions = {}): string {
  const bins = binsOf(values, options);
  if (bins.length === 0) return `<p class="empty">nothing to show</p>`;
  const most = Math.max(...bins.map(({ count }) => count));
  const step = width / bins.length;
  const bars = bins.map(({ from, to, count }, i) => {
    const tall = ((height - 34) * count) / most;
    const name = options.whole && to - from <= 1 ? number(from) : `${number(from)} – ${number(to)}`;
    return `<rect x="${(i * step + 0.5).toFixed(1)}" y="${(height - 18 - tall).toFixed(1)}" width="${Math.max(0.5, step - 1).toFixed(1)}" height="${tall.toFixed(1)}" class="bar"><title>${name}: ${count}</title></rect>`;
  });
  const [first, last] = [bins[0]!, bins.at(-1)!]; // there is one
  const end = options.whole && last.to - last.from <= 1 ? last.from : last.to;
  return `<svg viewBox="0 0 ${width} ${height}" role="img">
<line x1="0" y1="${height - 18}" x2="${width}" y2="${height - 18}" class="axis"/>${bars.join("")}
<text x="0" y="11">${most.toLocaleString("en")}</text><text x="0" y="${height - 4}">${number(first.from)}</text><text x="${width}" y="${height - 4}" text-anchor="end">${number(end)}</text>
</svg>`;
}

/** A bar a joint: labelled and visible, then labelled but hidden. */
export function jointBarsSvg(joints: readonly JointCount[]): string {
  const row = 15;
  const most = Math.max(1, ...joints.map(({ visible, hidden }) => visible + hidden));
  const [left, room] = [118, width - 118 - 46];
  const bars = joints.map(({ joint, visible, hidden }, i) => {
    const [a, b] = [(room * visible) / most, (room * hidden) / most];
    const y = i * row;
    return `<text x="${left - 6}" y="${y + 11}" text-anchor="end">${escapeHtml(joint.replaceAll("_", " "))}</text><rect x="${left}" y="${y + 2}" width="${a.toFixed(1)}" height="${row - 4}" class="bar"><title>${visible} visible</title></rect><rect x="${(left + a).toFixed(1)}" y="${y + 2}" width="${b.toFixed(1)}" height="${row - 4}" class="bar hidden"><title>${hidden} hidden</title></rect><text x="${(left + a + b + 5).toFixed(1)}" y="${y + 11}">${(visible + hidden).toLocaleString("en")}</text>`;
  });
  return `<svg viewBox="0 0 ${width} ${joints.length * row}" role="img">${bars.join("")}</svg>`;
}

/** Three significant digits at most. */
function number(value: number): string {
  return Number.isInteger(value) ? value.toLocaleString("en") : Number(value.toPrecision(3)).toLocaleString("en");
}
