import type { HeatmapPeak, HeatmapPlane } from "./heatmapPlane.ts";

/**
 * The maximum of the Gaussian through a blurred map's peak: one Newton step on its logarithm (Zhang et al. 2020, "Distribution-Aware Coordinate
 * Representation", eq. 9), with differences over two cells. Peaks within two cells of a border stay where they are.
 * Source: mmpose, codecs/utils/refinement.py `refine_keypoints_dark`.
 */
export function refineDark({ width, height, values }: HeatmapPlane, { x, y }: HeatmapPeak): readonly [x: number, y: number] {
  if (!(x > 1 && x < width - 2 && y > 1 && y < height - 2)) return [x, y];
  const f = (dx: number, dy: number): number => Math.log(Math.max(1e-10, values[(y + dy) * width + x + dx]!));
  const gx = 0.5 * (f(1, 0) - f(-1, 0));
  const gy = 0.5 * (f(0, 1) - f(0, -1));
  const xx = 0.25 * (f(2, 0) - 2 * f(0, 0) + f(-2, 0));
  const yy = 0.25 * (f(0, 2) - 2 * f(0, 0) + f(0, -2));
  const xy = 0.25 * (f(1, 1) - f(1, -1) - f(-1, 1) + f(-1, -1));
  return newtonStep(x, y, [gx, gy], [xx, xy, yy]);
}

/**
 * The same for UDP (Huang et al. 2020): differences over one cell, at every peak; outside of the map its border goes on.
 * Source: mmpose, codecs/utils/refinement.py `refine_keypoints_dark_udp`.
 */
export function refineDarkUdp({ width, height, values }: HeatmapPlane, { x, y }: HeatmapPeak): readonly [x: number, y: number] {
  const f = (dx: number, dy: number): number => {
    const [column, row] = [Math.min(width - 1, Math.max(0, x + dx)), Math.min(height - 1, Math.max(0, y + dy))];
    return Math.log(Math.min(50, Math.max(1e-3, values[row * width + column]!)));
  };
  const gx = 0.5 * (f(1, 0) - f(-1, 0));
  const gy = 0.5 * (f(0, 1) - f(0, -1));
  const xx = f(1, 0) - 2 * f(0, 0) + f(-1, 0);
  const yy = f(0, 1) - 2 * f(0, 0) + f(0, -1);
  const xy = 0.5 * (f(1, 1) - f(1, 0) - f(0, 1) + 2 * f(0, 0) - f(-1, 0) - f(0, -1) + f(-1, -1));
  return newtonStep(x, y, [gx, gy], [xx + float32Epsilon, xy, yy + float32Epsilon]);
}

const float32Epsilon = 2 ** -23;

/** (x, y) − H⁻¹·g; unchanged where H cannot be inverted. */
function newtonStep(
  x: number,
  y: number,
  [gx, gy]: readonly [number, number],
  [xx, xy, yy]: readonly [number, number, number],
): readonly [x: number, y: number] {
  const determinant = xx * yy - xy ** 2;
  if (determinant === 0) return [x, y];
  return [x - (yy * gx - xy * gy) / determinant, y - (xx * gy - xy * gx) / determinant];
}
