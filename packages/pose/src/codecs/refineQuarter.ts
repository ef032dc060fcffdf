import type { HeatmapPeak, HeatmapPlane } from "./heatmapPlane.ts";

/** A place in cells. */
type Place = readonly [x: number, y: number];

/**
 * A quarter of a cell towards the higher neighbour, on both axes or none near a border.
 * Source: HRNet, lib/core/inference.py `get_final_preds`.
 */
export function refineQuarter(plane: HeatmapPlane, peak: HeatmapPeak): Place {
  const inside = isInside(peak.x, plane.width) && isInside(peak.y, plane.height);
  return inside ? [peak.x + 0.25 * slopeX(plane, peak), peak.y + 0.25 * slopeY(plane, peak)] : [peak.x, peak.y];
}

/** A quarter of a cell towards the higher neighbour, each axis for itself. Source: mmpose, codecs/utils/refinement.py `refine_keypoints`. */
export function refineQuarterMmpose(plane: HeatmapPlane, peak: HeatmapPeak): Place {
  const { x, y } = peak;
  return [
    isInside(x, plane.width) && y > 0 ? x + 0.25 * slopeX(plane, peak) : x,
    isInside(y, plane.height) && x > 0 ? y + 0.25 * slopeY(plane, peak) : y,
  ];
}

/**
 * Megvii's (CPN, Chen et al. 2018): the quarter offset of the blurred map, and half a cell more because its targets are at the cell that holds the
 * key point. Source: mmpose, codecs/megvii_heatmap.py `decode`.
 */
export function refineMegvii(blurred: HeatmapPlane, peak: HeatmapPeak): Place {
  const inside = isInside(peak.x, blurred.width) && isInside(peak.y, blurred.height);
  return inside ? [peak.x + 0.25 * slopeX(blurred, peak) + 0.5, peak.y + 0.25 * slopeY(blurred, peak) + 0.5] : [peak.x, peak.y];
}

function isInside(position: number, length: number): boolean {
  return position > 1 && position < length - 1;
}

function slopeX({ width, values }: HeatmapPlane, { x, y }: HeatmapPeak): number {
  return Math.sign(values[y * width + x + 1]! - values[y * width + x - 1]!);
}

function slopeY({ width, values }: HeatmapPlane, { x, y }: HeatmapPeak): number {
  return Math.sign(values[(y + 1) * width + x]! - values[(y - 1) * width + x]!);
}
