/** What a validation measures: `pck` and `AP` (COCO's, by OKS) fractions 0–1, `loss` the weighted total. */
export type Metric = "pck" | "AP" | "loss";

/** Whether more or less of a metric is better. */
export type MetricDirection = "higher" | "lower";

/** Which way a metric improves. It belongs to the metric, so that no run can keep its worst weights. */
export const metricDirection: Readonly<Record<Metric, MetricDirection>> = { pck: "higher", AP: "higher", loss: "lower" };

/** Whether `value` beats `best`; anything but NaN beats none (`undefined`). */
export function isBetter(metric: Metric, value: number, best: number | undefined): boolean {
  if (Number.isNaN(value)) return false;
  if (best === undefined) return true;
  return metricDirection[metric] === "higher" ? value > best : value < best;
}
