import type { Affine } from "../boxes/affine.ts";
import type { Size } from "../boxes/box.ts";
import type { Skeleton } from "../skeletons/skeleton.ts";
import { type CocoPerson, cocoOfOpenPose } from "./cocoOfOpenPose.ts";
import { type Assembly, groupPeaks } from "./groupPeaks.ts";
import { fieldChannels, heatmapChannels, type OpenPoseMaps } from "./partFields.ts";
import { type AxisPlaces, resizeCubic } from "./resizeCubic.ts";

/** What a network said of an image at one size. */
export interface SceneMaps extends OpenPoseMaps {
  /** Size of the maps in cells. */
  readonly grid: Size;
  /** Image pixels → input pixels, upright. */
  readonly toInput: Affine;
}

/** How {@link findPersons} reads maps. */
export interface FindPersonsOptions {
  /** Of the image in pixels. */
  readonly image: Size;
  /** Input pixels a cell. */
  readonly stride: number;
  /** Merges by default. */
  readonly assembly?: Assembly;
  /** Of the key points; COCO's by default. */
  readonly skeleton?: Skeleton;
}

/** Peaks are looked for on a picture of the image's size, or smaller with this as its longer side: COCO's images are as long. */
const longestSide = 640;

/**
 * All persons of an image from the maps of one or several sizes of it, whose means are taken where peaks are looked for. The published code enlarges
 * maps to the input and that to the image; here they are enlarged once (Lightweight OpenPose, val.py `infer`).
 * @throws SkeletonError for a skeleton with a joint that OpenPose has not.
 */
export function findPersons(views: readonly SceneMaps[], options: FindPersonsOptions): readonly CocoPerson[] {
  const { image, stride, assembly, skeleton } = options;
  const shrunk = Math.min(1, longestSide / Math.max(image.width, image.height));
  const picture = { width: Math.max(1, Math.round(image.width * shrunk)), height: Math.max(1, Math.round(image.height * shrunk)) };
  const scale = [image.width / picture.width, image.height / picture.height] as const;
  const enlarged = views.map(({ heatmaps, pafs, grid, toInput: [a, , c, , e, f] }) => {
    const places = { x: placesOf(scale[0], a, c, stride), y: placesOf(scale[1], e, f, stride) };
    return {
      heatmaps: resizeCubic(heatmaps, heatmapChannels, grid, picture, places),
      pafs: resizeCubic(pafs, fieldChannels, grid, picture, places),
    };
  });
  const maps = { heatmaps: meanOf(enlarged.map(({ heatmaps }) => heatmaps)), pafs: meanOf(enlarged.map(({ pafs }) => pafs)) };
  return groupPeaks(maps, picture, assembly).map((person) => cocoOfOpenPose(person, { scale, ...(skeleton ? { skeleton } : {}) }));
}

/** From a picture's pixels over the image's (`scale` to one) and the input's (zoom · x + shift) to cells. */
function placesOf(scale: number, zoom: number, shift: number, stride: number): AxisPlaces {
  const first = zoom * (0.5 * scale - 0.5) + shift;
  return { scale: (zoom * scale) / stride, offset: (first + 0.5) / stride - 0.5 };
}

/** Element by element. */
function meanOf([first, ...others]: readonly Float32Array[]): Float32Array {
  if (!first) throw new RangeError("findPersons: there are no maps");
  return others.length === 0
    ? first
    : first.map((value, at) => others.reduce((sum, other) => sum + other[at]!, value) / (others.length + 1));
}
