import { type Affine, transformKeypoints } from "../boxes/affine.ts";
import type { Size } from "../boxes/box.ts";
import { type HeatmapEncoding, heatmapRatio } from "./encodeHeatmaps.ts";
import { darkKernelSize, gaussianKernel } from "./gaussianKernel.ts";
import { blurPlane, firstMaximum, type HeatmapPlane, planeOf } from "./heatmapPlane.ts";
import { integralRegression } from "./integralRegression.ts";
import { refineDark, refineDarkUdp } from "./refineDark.ts";
import { refineMegvii, refineQuarter, refineQuarterMmpose } from "./refineQuarter.ts";

/**
 * How a key point is read from its heatmap, always beginning at the first maximum in row order:
 * - "argmax": that cell;
 * - "quarter": a quarter of a cell towards the higher neighbour, by HRNet's rule at borders; "mmpose": by mmpose's;
 * - "dark" and "dark-udp": the maximum of the Gaussian that the blurred map is;
 * - "integral": the mean cell under a softmax of the map;
 * - "megvii": for maps trained with its targets, 0 … 255 about the cell that holds the key point.
 *
 * How near a perfect heatmap brings them back, in cells: what "msra" encodes is the rounded cell, which every rule finds, up to ½ from the key point. Of
 * "unbiased" and "udp" argmax comes within ½, quarter within ¼ (½ in the outermost cells), both kinds of DARK within 0.01, but only 3σ away from the
 * borders (1 near them, 1.5 for σ = 3), integral within 0.05 for σ = 2 and 0.3 for σ = 1. A cell that is w/w' pixels stands at the left of them,
 * so that key points right of the last cell's are found up to ½ cell further off; "udp" has none. (roundTrip.test.ts)
 */
export type HeatmapDecoding = (typeof heatmapDecodings)[number];

/** All of them. */
export const heatmapDecodings = ["argmax", "quarter", "mmpose", "dark", "dark-udp", "integral", "megvii"] as const;

/** The heatmaps to decode, and where the key points shall lie. */
export interface DecodeHeatmapsOptions {
  readonly heatmap: Size;
  /** Number of joints, the last axis of the heatmaps. */
  readonly joints: number;
  /** Size of the network input, in whose pixels the result is unless `toImage` is given. */
  readonly input: Size;
  /** Network input → image, the inverse of the crop; the result is then in image pixels. */
  readonly toImage?: Affine;
  /** Default "quarter". */
  readonly decoding?: HeatmapDecoding;
  /** How the heatmaps were encoded, which says what input pixel a cell is; default "unbiased". */
  readonly encoding?: HeatmapEncoding;
  /** Standard deviation of the targets that the heatmaps were trained with, in cells: decides DARK's and megvii's blur. Default 2. */
  readonly sigma?: number;
  /** What "integral" multiplies maps by before the softmax: 1 for a network trained with integral regression. Default: 20 / the map's maximum. */
  readonly integralScale?: number;
}

/**
 * Key points [k·3] (x, y, score) of heatmaps [h, w, k]. The score is the map's maximum (megvii: of the blurred map, / 255 + ½); where it is not
 * above 0 there is nothing to find, and the joint lies at cell (0, 0) for "quarter", as in HRNet, at (−1, −1) for the others, as in mmpose.
 * Source: HRNet, lib/core/inference.py `get_max_preds`, `get_final_preds`; mmpose, codecs/utils/refinement.py.
 * @throws RangeError when the heatmaps are not of the stated size.
 */
export function decodeHeatmaps(heatmaps: ArrayLike<number>, options: DecodeHeatmapsOptions): Float64Array {
  const { heatmap, joints, input, toImage, encoding = "unbiased" } = options;
  const { width, height } = heatmap;
  if (heatmaps.length !== width * height * joints || heatmaps.length === 0) {
    throw new RangeError(
      `decodeHeatmaps: [h, w, k] = [${height}, ${width}, ${joints}] needs ${width * height * joints} values; got ${heatmaps.length}`,
    );
  }
  const ratio = heatmapRatio(input, heatmap, encoding);
  const keypoints = new Float64Array(joints * 3);
  for (let k = 0; k < joints; k++) {
    const [column, row, score] = decodePlane(planeOf(heatmaps, heatmap, joints, k), options);
    keypoints.set([column * ratio.width, row * ratio.height, score], k * 3);
  }
  return toImage ? transformKeypoints(toImage, keypoints) : keypoints;
}

function decodePlane(
  plane: HeatmapPlane,
  { decoding = "quarter", sigma = 2, integralScale }: DecodeHeatmapsOptions,
): readonly [column: number, row: number, score: number] {
  const peak = firstMaximum(plane);
  const { score } = peak;
  if (!(score > 0)) return decoding === "quarter" ? [0, 0, score] : [-1, -1, score];
  const blurred = (): HeatmapPlane => blurPlane(plane, gaussianKernel(darkKernelSize(sigma)));
  switch (decoding) {
    case "argmax":
      return [peak.x, peak.y, score];
    case "quarter":
      return [...refineQuarter(plane, peak), score];
    case "mmpose":
      return [...refineQuarterMmpose(plane, peak), score];
    case "dark":
      return [...refineDark(blurred(), peak), score];
    case "dark-udp":
      return [...refineDarkUdp(blurred(), peak), score];
    case "integral":
      return [...integralRegression(plane, integralScale ?? 20 / score), score];
    case "megvii": {
      const smooth = blurred();
      const smoothPeak = firstMaximum(smooth);
      return [...refineMegvii(smooth, smoothPeak), smoothPeak.score / 255 + 0.5];
    }
    default:
      return decoding satisfies never;
  }
}
