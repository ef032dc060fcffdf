import type { Size } from "../boxes/box.ts";
import { type Pck, type PckSample, pck } from "./pck.ts";

/** Predicted and true heatmaps, [n,h,w,k] each. */
export interface HeatmapPair {
  readonly predicted: ArrayLike<number>;
  readonly target: ArrayLike<number>;
  readonly size: Size;
  readonly joints: number;
}

/**
 * PCK of heatmaps by their first maxima, measured by [height, width] of the map for x and y: mmpose swaps the two, which matters where maps
 * are no squares. Source: mmpose, evaluation/functional/keypoint_eval.py `pose_pck_accuracy`.
 * @param mask [n·k] above 0 where a joint counts.
 */
export function heatmapPck(pair: HeatmapPair, mask: ArrayLike<number>, threshold = 0.05): Pck {
  const { width, height } = pair.size;
  const [predicted, truth] = [maxima(pair.predicted, pair, -1), maxima(pair.target, pair, -1)];
  return pck(
    samplesOf(pair.joints, predicted, truth, (place) => mask[place]! > 0, [height, width]),
    threshold,
  );
}

/**
 * The accuracy that HRNet prints in training: PCK at half a tenth of the map, [height, width] / 10 for x and y (swapped as above), over
 * the joints whose true maximum is beyond pixel 1 on both axes. Source: HRNet, lib/core/evaluate.py `accuracy`.
 */
export function heatmapAccuracy(pair: HeatmapPair, threshold = 0.5): Pck {
  const { width, height } = pair.size;
  const [predicted, truth] = [maxima(pair.predicted, pair, 0), maxima(pair.target, pair, 0)];
  const counts = (place: number): boolean => truth[place * 2]! > 1 && truth[place * 2 + 1]! > 1;
  return pck(samplesOf(pair.joints, predicted, truth, counts, [height / 10, width / 10]), threshold);
}

function samplesOf(
  joints: number,
  predicted: Float64Array,
  truth: Float64Array,
  counts: (place: number) => boolean,
  norm: readonly [number, number],
): readonly PckSample[] {
  const triplets = (points: Float64Array, n: number, v: (place: number) => number): number[] =>
    Array.from({ length: joints }, (_, k) => n * joints + k).flatMap((place) => [points[place * 2]!, points[place * 2 + 1]!, v(place)]);
  return Array.from({ length: truth.length / 2 / joints }, (_, n) => ({
    predicted: triplets(predicted, n, () => 1),
    truth: triplets(truth, n, (place) => (counts(place) ? 1 : 0)),
    norm,
  }));
}

/** [n·k·2] x and y of the first maximum of each map; `nowhere` for both where no value is above 0. */
function maxima(maps: ArrayLike<number>, { size: { width, height }, joints }: HeatmapPair, nowhere: 0 | -1): Float64Array {
  const cells = width * height;
  const points = new Float64Array((maps.length / cells) * 2);
  for (let place = 0; place < points.length / 2; place++) {
    const [n, k] = [Math.floor(place / joints), place % joints];
    let [best, at] = [0, -1];
    for (let cell = 0; cell < cells; cell++) {
      const value = maps[(n * cells + cell) * joints + k]!;
      if (value > best) [best, at] = [value, cell];
    }
    points[place * 2] = at < 0 ? nowhere : at % width;
    points[place * 2 + 1] = at < 0 ? nowhere : Math.floor(at / width);
  }
  return points;
}
