import type { BenchColumn, BenchRow } from "./benchReport.ts";

/** Rows as a Markdown table; columns of numbers stand to the right, and a column that is empty in every row is left out. */
export function markdownTable(columns: readonly BenchColumn[], rows: readonly BenchRow[]): string {
  const shown = columns.filter(({ key }) => rows.some((row) => cellText(row[key]) !== ""));
  const numeric = shown.map(({ key }) => rows.every((row) => typeof row[key] !== "string"));
  return [
    shown.map(({ heading }) => heading),
    shown.map((_, i) => (numeric[i] ? "---:" : "---")),
    ...rows.map((row) => shown.map(({ key }) => cellText(row[key]).replaceAll("|", "\\|"))),
  ]
    .map((cells) => `| ${cells.join(" | ")} |`)
    .join("\n");
}

/** Text as it is; a number with three significant digits, or all of those before the point. */
export function cellText(value: BenchRow[string] | undefined): string {
  if (value === null || value === undefined) return "";
  if (typeof value !== "number") return String(value);
  if (!Number.isFinite(value)) return "";
  if (Number.isInteger(value)) return String(value);
  const size = Math.abs(value);
  if (size < 0.001) return value.toExponential(1);
  return size >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(3)));
}
