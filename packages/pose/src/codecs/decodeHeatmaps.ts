import { type Affine, transformKeypoints } from "../boxes/affine.ts";
import type { Size } from "../boxes/box.ts";

/** The heatmaps to decode, and where the key points shall lie. */
export interface DecodeHeatmapsOptions {
  readonly heatmap: Size;
  /** Number of joints, the last axis of the heatmaps. */
  readonly joints: number;
  /** Size of the network input, in whose pixels the result is unless `toImage` is given. */
  readonly input: Size;
  /** Network input → image, the inverse of the crop; the result is then in image pixels. */
  readonly toImage?: Affine;
  /**
   * Shift by a quarter of a heatmap pixel towards the higher neighbour: by HRNet's rule (both axes or none near a border), by mmpose's
   * (each axis for itself; joints without a positive value are at (−1, −1) of the heatmap instead of (0, 0)), or not at all.
   */
  readonly refinement?: "hrnet" | "mmpose" | "none";
}

/**
 * Key points [k·3] (x, y, score) of heatmaps [h, w, k]: each map's first maximum in row order, refined, and its value as the score.
 * Source: HRNet, lib/core/inference.py `get_max_preds`, `get_final_preds`; mmpose, codecs/utils/refinement.py `refine_keypoints`.
 * @throws RangeError when the heatmaps are not of the stated size.
 */
export function decodeHeatmaps(heatmaps: ArrayLike<number>, options: DecodeHeatmapsOptions): Float64Array {
  const { heatmap, joints, input, toImage, refinement = "hrnet" } = options;
  const { width, height } = heatmap;
  if (heatmaps.length !== width * height * joints || heatmaps.length === 0) {
    throw new RangeError(
      `decodeHeatmaps: [h, w, k] = [${height}, ${width}, ${joints}] needs ${width * height * joints} values; got ${heatmaps.length}`,
    );
  }
  const keypoints = new Float64Array(joints * 3);
  for (let k = 0; k < joints; k++) {
    const value = (x: number, y: number): number => heatmaps[(y * width + x) * joints + k]!;
    const { x, y, score } = firstMaximum(heatmap, value);
    const [column, row] = score > 0 ? refine(heatmap, value, x, y, refinement) : refinement === "mmpose" ? [-1, -1] : [0, 0];
    keypoints.set([(column * input.width) / width, (row * input.height) / height, score], k * 3);
  }
  return toImage ? transformKeypoints(toImage, keypoints) : keypoints;
}

type Value = (x: number, y: number) => number;

function firstMaximum({ width, height }: Size, value: Value): { x: number; y: number; score: number } {
  let best = { x: 0, y: 0, score: value(0, 0) };
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const score = value(x, y);
      if (score > best.score) best = { x, y, score };
    }
  }
  return best;
}

function refine({ width, height }: Size, value: Value, x: number, y: number, rule: "hrnet" | "mmpose" | "none"): [number, number] {
  const insideX = x > 1 && x < width - 1;
  const insideY = y > 1 && y < height - 1;
  const alongX = rule === "hrnet" ? insideX && insideY : rule === "mmpose" && insideX && y > 0;
  const alongY = rule === "hrnet" ? insideX && insideY : rule === "mmpose" && insideY && x > 0;
  return [
    alongX ? x + 0.25 * Math.sign(value(x + 1, y) - value(x - 1, y)) : x,
    alongY ? y + 0.25 * Math.sign(value(x, y + 1) - value(x, y - 1)) : y,
  ];
}
