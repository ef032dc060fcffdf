import { openpose18 } from "../skeletons/openpose18.ts";
import { flipPermutation } from "../skeletons/skeleton.ts";

/**
 * The 19 limbs of OpenPose as pairs of joints of `openpose18`, in the order of the part affinity fields: limb i has the channels 2i (x) and
 * 2i + 1 (y), which point from its first joint to its second. Source: Cao et al. 2017, arXiv:1611.08050; Lightweight OpenPose, datasets/coco.py.
 */
export const openPoseLimbs: readonly (readonly [number, number])[] = [
  [1, 8],
  [8, 9],
  [9, 10],
  [1, 11],
  [11, 12],
  [12, 13],
  [1, 2],
  [2, 3],
  [3, 4],
  [2, 16],
  [1, 5],
  [5, 6],
  [6, 7],
  [5, 17],
  [1, 0],
  [0, 14],
  [0, 15],
  [14, 16],
  [15, 17],
];

/** Channels of the heatmaps: a joint each, then the background. */
export const heatmapChannels: number = openpose18.joints.length + 1;

/** Channels of the part affinity fields: x and y of a limb each. */
export const fieldChannels: number = 2 * openPoseLimbs.length;

/** The maps that OpenPose's networks learn and put out, channels last. */
export interface OpenPoseMaps {
  /** [h, w, 19]: a joint each, then the background. */
  readonly heatmaps: Float32Array;
  /** [h, w, 38]: unit vectors along the limbs, x and y of each. */
  readonly pafs: Float32Array;
}

/** The maps of the mirrored image: columns in the other order, left and right swapped, and fields with their x negated. Rows have `width` cells. */
export function flipOpenPoseMaps({ heatmaps, pafs }: OpenPoseMaps, width: number): OpenPoseMaps {
  const joints = flipPermutation(openpose18);
  const limbs = openPoseLimbs.map(([a, b]) => openPoseLimbs.findIndex(([c, d]) => c === joints[a] && d === joints[b]));
  return {
    heatmaps: mirrored(heatmaps, width, [...joints, joints.length]),
    pafs: mirrored(
      pafs,
      width,
      limbs.flatMap((limb) => [2 * limb, 2 * limb + 1]),
    ).map((value, at) => (at % 2 === 0 ? 0 - value : value)),
  };
}

/** Channel c of the result is channel `from[c]` of the maps, its rows reversed. */
function mirrored(maps: Float32Array, width: number, from: readonly number[]): Float32Array {
  const channels = from.length;
  return maps.map((_, at) => {
    const cell = Math.floor(at / channels);
    const column = cell % width;
    return maps[(cell - column + width - 1 - column) * channels + from[at % channels]!]!;
  });
}
