import type { Size } from "../boxes/box.ts";
import { assertKeypoints } from "../keypoints.ts";

/** The sizes between which key points are encoded, and how wide their targets are. */
export interface EncodeHeatmapsOptions {
  /** Size of the network input, in whose pixels the key points are. */
  readonly input: Size;
  /** Size of the heatmap, any; the stride is input / heatmap per axis. */
  readonly heatmap: Size;
  /** Standard deviation in heatmap pixels: 2 for 64×48, 3 for 96×72 in HRNet. */
  readonly sigma: number;
}

/** The targets of one person. */
export interface EncodedHeatmaps {
  /** [h, w, k], row by row, joints last; a masked joint's map is all zero. */
  readonly heatmaps: Float32Array;
  /** [k], 1 where the joint teaches, 0 where it is unlabelled (v = 0) or outside the input. */
  readonly mask: Float32Array;
}

/**
 * Sub-pixel Gaussian targets exp(−d²/2σ²) over the whole grid ("unbiased" coding: the centre is not rounded, so the peak may be below 1).
 * Key points [k·3] (x, y in input pixels, COCO visibility) → heatmaps [h, w, k] and mask [k].
 * A joint is inside when 0 ≤ x < width and 0 ≤ y < height; one outside is masked, never drawn at a border.
 * Source: mmpose, codecs/utils/gaussian_heatmap.py `generate_unbiased_gaussian_heatmaps`, whose weights also count joints just outside.
 * @throws KeypointsError when the array is no sequence of triplets; RangeError when a size or sigma is not positive.
 */
export function encodeHeatmaps(keypoints: ArrayLike<number>, { input, heatmap, sigma }: EncodeHeatmapsOptions): EncodedHeatmaps {
  const joints = assertKeypoints("encodeHeatmaps", keypoints);
  if (![input.width, input.height, heatmap.width, heatmap.height, sigma].every((value) => value > 0 && Number.isFinite(value))) {
    throw new RangeError(`encodeHeatmaps: sizes and sigma must be positive; got ${JSON.stringify({ input, heatmap, sigma })}`);
  }
  const { width, height } = heatmap;
  const heatmaps = new Float32Array(height * width * joints);
  const mask = new Float32Array(joints);
  for (let k = 0; k < joints; k++) {
    const x = keypoints[k * 3]!;
    const y = keypoints[k * 3 + 1]!;
    const inside = x >= 0 && x < input.width && y >= 0 && y < input.height;
    if (!(keypoints[k * 3 + 2]! > 0) || !inside) continue;
    mask[k] = 1;
    // exp(−(dx² + dy²)) is the product of a column and a row, which spares an exponential per cell.
    const columns = gaussian(width, (x * width) / input.width, sigma);
    const rows = gaussian(height, (y * height) / input.height, sigma);
    for (let row = 0, at = k; row < height; row++)
      for (let column = 0; column < width; column++, at += joints) heatmaps[at] = rows[row]! * columns[column]!;
  }
  return { heatmaps, mask };
}

function gaussian(length: number, center: number, sigma: number): Float64Array {
  return Float64Array.from({ length }, (_, i) => Math.exp(-((i - center) ** 2) / (2 * sigma ** 2)));
}
