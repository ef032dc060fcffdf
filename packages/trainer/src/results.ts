import { isBetter, type Metric } from "./metric.ts";

/**
 * One epoch of a run: `epoch` (from 1), `step`, `seconds`, `learningRate`, `train/<loss>`, `validation/<name>`; of several loss
 * terms `weight/<loss>`, `gradientNorm/<loss>` and `gradientShare/<loss>` in the last step.
 * What was not measured in an epoch is absent; a loss that came out as NaN is NaN.
 */
export interface EpochResults extends Readonly<Record<string, number>> {
  readonly epoch: number;
  readonly step: number;
}

/** The rows as CSV: a column for every name that occurs, in order of appearance; what was not measured is empty. */
export function resultsToCsv(rows: readonly EpochResults[]): string {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const lines = rows.map((row) => columns.map((column) => (Object.hasOwn(row, column) ? String(row[column]) : "")).join(","));
  return [columns.join(","), ...lines, ""].join("\n");
}

/** The rows of a CSV that `resultsToCsv` wrote. */
export function resultsFromCsv(text: string): readonly EpochResults[] {
  const [head = "", ...lines] = text.split("\n").filter((line) => line !== "");
  const columns = head.split(",");
  return lines.map((line) => {
    const cells = line.split(",");
    const entries = columns.map((column, i) => [column, cells[i] ?? ""] as const).filter(([, cell]) => cell !== "");
    return Object.fromEntries(entries.map(([column, cell]) => [column, Number(cell)])) as EpochResults; // every row of ours has both
  });
}

/** The epoch that `weights/best.safetensors` is of: the first of those with the best `validation/<metric>`; undefined when none was validated. */
export function bestResults(rows: readonly EpochResults[], metric: Metric): EpochResults | undefined {
  const column = `validation/${metric}`;
  let best: EpochResults | undefined;
  for (const row of rows) if (isBetter(metric, row[column] ?? Number.NaN, best?.[column])) best = row;
  return best;
}
