/**
 * Round numbers (1, 2 or 5 times a power of ten apart, at least `smallestStep`), about `count` of them,
 * from at most `low` to at least `high`. One value alone gets room around it.
 */
export function niceTicks(low: number, high: number, count: number, smallestStep: number = 0): readonly number[] {
  if (low === high) return niceTicks(low - (Math.abs(low) / 2 || 0.5), high + (Math.abs(high) / 2 || 0.5), count, smallestStep);
  const step = Math.max(smallestStep, niceStep((high - low) / Math.max(1, count)));
  const first = Math.floor(low / step + 1e-9);
  const last = Math.ceil(high / step - 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

/** A number for an axis or a legend: at most four significant digits, small ones as 2e-4. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  if (value !== 0 && (size < 1e-3 || size >= 1e6)) return Number(value.toPrecision(3)).toExponential().replace("e+", "e");
  return String(Number(value.toPrecision(4)));
}

function niceStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  const lead = rough / power - 1e-9; // a hair below, because 2e-4 / 1e-4 is more than 2
  return power * (lead <= 1 ? 1 : lead <= 2 ? 2 : lead <= 5 ? 5 : 10);
}
