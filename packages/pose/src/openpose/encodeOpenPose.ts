import type { Size } from "../boxes/box.ts";
import { assertKeypoints } from "../keypoints.ts";
import { openpose18 } from "../skeletons/openpose18.ts";
import { fieldChannels, heatmapChannels, type OpenPoseMaps, openPoseLimbs } from "./partFields.ts";

/** The image that persons are encoded for, and the form of their targets. */
export interface EncodeOpenPoseOptions {
  /** Size of the network input, in whose pixels the key points are. */
  readonly input: Size;
  /** Input pixels a cell; 8 by default. */
  readonly stride?: number;
  /** Standard deviation of a joint's Gaussian in input pixels; 7 by default. */
  readonly sigma?: number;
  /** Half the width of a limb's field in cells; 1 by default. */
  readonly thickness?: number;
}

/** Exponents above are cut: ln 100, as published. */
const cut = 4.6052;

/**
 * Targets of all persons of an image: key points [54] each (`openpose18`; x, y in input pixels, visibility) → heatmaps [h, w, 19] and part
 * affinity fields [h, w, 38], h = ⌊height / stride⌋. Joints with visibility 0 are not drawn; those outside only as far as they reach inside.
 *
 * A cell stands for its centre, pixel stride·m + (stride − 1)/2. Gaussians exp(−d²/2σ²) are cut at 1 %, added over persons and capped at 1; the
 * last channel is what the highest leaves of 1. Fields are unit vectors within `thickness` cells of a limb's line, in the box of its ends
 * enlarged by as much; where limbs of several persons cross, the last person's stays.
 * Source: Lightweight OpenPose, datasets/coco.py `_add_gaussian` (whose window of ±4σ lies outside of the cut), `_set_paf`.
 * @throws KeypointsError when a person has not 18 joints, RangeError when a size is not positive.
 */
export function encodeOpenPose(persons: readonly ArrayLike<number>[], options: EncodeOpenPoseOptions): OpenPoseMaps {
  const { input, stride = 8, sigma = 7, thickness = 1 } = options;
  if (![input.width, input.height, stride, sigma, thickness].every((value) => value > 0 && Number.isFinite(value))) {
    throw new RangeError(`encodeOpenPose: sizes must be positive; got ${JSON.stringify({ input, stride, sigma, thickness })}`);
  }
  for (const person of persons) assertKeypoints("encodeOpenPose", person, openpose18.joints.length);
  const grid = { width: Math.floor(input.width / stride), height: Math.floor(input.height / stride) };
  const heatmaps = new Float32Array(grid.width * grid.height * heatmapChannels);
  const pafs = new Float32Array(grid.width * grid.height * fieldChannels);
  for (const person of persons) {
    for (const joint of openpose18.joints.keys()) addGaussian(heatmaps, grid, person, joint, { stride, sigma });
    for (const limb of openPoseLimbs.keys()) setField(pafs, grid, person, limb, { stride, thickness });
  }
  for (let background = heatmapChannels - 1; background < heatmaps.length; background += heatmapChannels) {
    const joints = heatmaps.subarray(background - heatmapChannels + 1, background);
    heatmaps[background] = 1 - joints.reduce((highest, value) => Math.max(highest, value), 0);
  }
  return { heatmaps, pafs };
}

function addGaussian(
  heatmaps: Float32Array,
  { width, height }: Size,
  person: ArrayLike<number>,
  joint: number,
  { stride, sigma }: { readonly stride: number; readonly sigma: number },
): void {
  const [x, y, visible] = [person[3 * joint]!, person[3 * joint + 1]!, person[3 * joint + 2]!];
  if (!(visible > 0)) return;
  const toCell = (pixel: number): number => (pixel - (stride - 1) / 2) / stride;
  const reach = (Math.sqrt(2 * cut) * sigma) / stride;
  const [left, right] = [Math.max(0, Math.floor(toCell(x) - reach)), Math.min(width - 1, Math.ceil(toCell(x) + reach))];
  const [top, bottom] = [Math.max(0, Math.floor(toCell(y) - reach)), Math.min(height - 1, Math.ceil(toCell(y) + reach))];
  for (let row = top; row <= bottom; row++) {
    for (let column = left; column <= right; column++) {
      const exponent = (((column - toCell(x)) ** 2 + (row - toCell(y)) ** 2) * stride ** 2) / (2 * sigma ** 2);
      if (exponent > cut) continue;
      const at = (row * width + column) * heatmapChannels + joint;
      heatmaps[at] = Math.min(1, heatmaps[at]! + Math.exp(-exponent));
    }
  }
}

function setField(
  pafs: Float32Array,
  { width, height }: Size,
  person: ArrayLike<number>,
  limb: number,
  { stride, thickness }: { readonly stride: number; readonly thickness: number },
): void {
  const [a, b] = openPoseLimbs[limb]!;
  if (!(person[3 * a + 2]! > 0 && person[3 * b + 2]! > 0)) return;
  const [ax, ay, bx, by] = [person[3 * a]!, person[3 * a + 1]!, person[3 * b]!, person[3 * b + 1]!].map((pixel) => pixel / stride) as [
    number,
    number,
    number,
    number,
  ]; // four in, four out
  const length = Math.hypot(bx - ax, by - ay);
  if (!(length >= 1e-7)) return;
  const [ux, uy] = [(bx - ax) / length, (by - ay) / length];
  // As published, bounds are cut towards zero, and the far ones are outside.
  const [left, right] = [Math.floor(Math.max(Math.min(ax, bx) - thickness, 0)), Math.trunc(Math.min(Math.max(ax, bx) + thickness, width))];
  const [top, bottom] = [Math.floor(Math.max(Math.min(ay, by) - thickness, 0)), Math.trunc(Math.min(Math.max(ay, by) + thickness, height))];
  for (let row = top; row < bottom; row++) {
    for (let column = left; column < right; column++) {
      if (Math.abs((column - ax) * uy - (row - ay) * ux) > thickness) continue;
      const at = (row * width + column) * fieldChannels + 2 * limb;
      pafs[at] = ux;
      pafs[at + 1] = uy;
    }
  }
}
