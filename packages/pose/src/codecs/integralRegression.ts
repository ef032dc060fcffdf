import type { HeatmapPlane } from "./heatmapPlane.ts";

/** The mean cell under softmax(scale · map), the soft-argmax of integral regression (Sun et al. 2018, eq. 2). */
export function integralRegression({ width, values }: HeatmapPlane, scale: number): readonly [x: number, y: number] {
  const most = values.reduce((largest, value) => Math.max(largest, scale * value), Number.NEGATIVE_INFINITY);
  let [sum, x, y] = [0, 0, 0];
  for (const [i, value] of values.entries()) {
    const weight = Math.exp(scale * value - most);
    sum += weight;
    x += weight * (i % width);
    y += weight * Math.floor(i / width);
  }
  return [x / sum, y / sum];
}
