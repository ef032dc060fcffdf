import type { Size } from "../boxes/box.ts";
import { assertKeypoints } from "../keypoints.ts";

/**
 * How key points become Gaussians:
 * - "msra" (HRNet, mmpose MSRAHeatmap): the centre is rounded to a cell, where the value is 1; a patch of 3σ about it;
 * - "unbiased" (mmpose MSRAHeatmap with unbiased=True): the centre is not rounded, over the whole grid; the peak may be below 1;
 * - "udp" (Huang et al. 2020, mmpose UDPHeatmap): not rounded, a patch, and the ends of the input are the middles of the outermost cells.
 */
export type HeatmapEncoding = (typeof heatmapEncodings)[number];

/** All of them. */
export const heatmapEncodings = ["unbiased", "msra", "udp"] as const;

/** The sizes between which key points are encoded, and how wide their targets are. */
export interface EncodeHeatmapsOptions {
  /** Size of the network input, in whose pixels the key points are. */
  readonly input: Size;
  /** Size of the heatmap, any; see {@link heatmapRatio}. */
  readonly heatmap: Size;
  /** Standard deviation in heatmap pixels: 2 for 64×48, 3 for 96×72 in HRNet. */
  readonly sigma: number;
  /** Default "unbiased". */
  readonly encoding?: HeatmapEncoding;
  /** [k], multiplies the mask: HRNet's USE_DIFFERENT_JOINTS_WEIGHT. Default 1. */
  readonly jointWeights?: readonly number[];
}

/** The targets of one person. */
export interface EncodedHeatmaps {
  /** [h, w, k], row by row, joints last; a masked joint's map is all zero. */
  readonly heatmaps: Float32Array;
  /** [k], the joint's weight (1 without `jointWeights`) where it teaches, 0 where it is unlabelled (v = 0) or outside. */
  readonly mask: Float32Array;
}

/**
 * Gaussian targets exp(−d²/2σ²). Key points [k·3] (x, y in input pixels, COCO visibility) → heatmaps [h, w, k] and mask [k].
 *
 * "unbiased": a joint is inside when 0 ≤ x < width and 0 ≤ y < height; one outside is masked, never drawn at a border (mmpose counts those just
 * outside). "msra" and "udp": inside when the patch touches the grid or ends one cell before it, as in HRNet and mmpose; where 3σ is no whole
 * number, the patch is what lies within 3σ of the centre, where theirs is moved at the borders.
 * Source: HRNet, lib/dataset/JointsDataset.py `generate_target`; mmpose, codecs/utils/gaussian_heatmap.py.
 * @throws KeypointsError when the array is no sequence of triplets, or joint weights are not one a joint; RangeError when a size or sigma is not
 * positive.
 */
export function encodeHeatmaps(keypoints: ArrayLike<number>, options: EncodeHeatmapsOptions): EncodedHeatmaps {
  const { input, heatmap, sigma, encoding = "unbiased", jointWeights } = options;
  const joints = assertKeypoints("encodeHeatmaps", keypoints, jointWeights?.length);
  if (![input.width, input.height, heatmap.width, heatmap.height, sigma].every((value) => value > 0 && Number.isFinite(value))) {
    throw new RangeError(`encodeHeatmaps: sizes and sigma must be positive; got ${JSON.stringify({ input, heatmap, sigma })}`);
  }
  const { width, height } = heatmap;
  const ratio = heatmapRatio(input, heatmap, encoding);
  const heatmaps = new Float32Array(height * width * joints);
  const mask = new Float32Array(joints);
  for (let k = 0; k < joints; k++) {
    const x = keypoints[k * 3]!;
    const y = keypoints[k * 3 + 1]!;
    if (!(keypoints[k * 3 + 2]! > 0)) continue;
    // exp(−(dx² + dy²)) is the product of a column and a row, which spares an exponential per cell.
    const columns = axisOf(encoding, x, x / ratio.width, { pixels: input.width, cells: width }, sigma);
    const rows = axisOf(encoding, y, y / ratio.height, { pixels: input.height, cells: height }, sigma);
    if (!columns || !rows) continue;
    mask[k] = jointWeights?.[k] ?? 1;
    for (let row = 0, at = k; row < height; row++)
      for (let column = 0; column < width; column++, at += joints) heatmaps[at] = rows[row]! * columns[column]!;
  }
  return { heatmaps, mask };
}

/**
 * Input pixels to a heatmap pixel, per axis: width / width', or (width − 1) / (width' − 1) for "udp". A heatmap one cell wide has no such ratio; there
 * it is the input's.
 */
export function heatmapRatio(input: Size, heatmap: Size, encoding: HeatmapEncoding): Size {
  const ratio = (pixels: number, cells: number): number =>
    encoding === "udp" && cells > 1 ? Math.max(1, pixels - 1) / (cells - 1) : pixels / cells;
  return { width: ratio(input.width, heatmap.width), height: ratio(input.height, heatmap.height) };
}

/** The Gaussian along one axis, its centre at `pixel` of the input and at `cell` of the heatmap; null where the joint is outside. */
function axisOf(
  encoding: HeatmapEncoding,
  pixel: number,
  cell: number,
  { pixels, cells }: { readonly pixels: number; readonly cells: number },
  sigma: number,
): Float64Array | null {
  if (encoding === "unbiased") return pixel >= 0 && pixel < pixels ? gaussian(cells, cell, sigma) : null;
  const radius = 3 * sigma;
  const rounded = Math.trunc(cell + 0.5); // as Python's int
  const outside = !(Math.trunc(rounded - radius) < cells && Math.trunc(rounded + radius + 1) >= 0);
  if (outside) return null;
  const values = gaussian(cells, encoding === "msra" ? rounded : cell, sigma);
  return values.map((value, i) => (Math.abs(i - rounded) <= radius ? value : 0));
}

function gaussian(length: number, center: number, sigma: number): Float64Array {
  return Float64Array.from({ length }, (_, i) => Math.exp(-((i - center) ** 2) / (2 * sigma ** 2)));
}
