import type { Point } from "../boxes/affine.ts";
import { type Box, BoxError, type Size } from "../boxes/box.ts";
import { cropAffine, type WarpRule } from "../boxes/crop.ts";
import { chance } from "../random/random.ts";
import { type DrawPlace, randomOf } from "../random/randomOf.ts";
import { truncatedNormal } from "../random/truncatedNormal.ts";
import type { Augmentation, HalfBody } from "./augmentation.ts";
import type { BodyHalves } from "./bodyHalves.ts";
import { drawChanges } from "./drawChanges.ts";
import type { SampleView } from "./sampleView.ts";

/** The person whose view is drawn. */
export interface ViewedPerson {
  /** In image pixels. */
  readonly box: Box;
  /** [k·3], in image pixels. */
  readonly keypoints: ArrayLike<number>;
  /** Of the image, in pixels. */
  readonly imageWidth: number;
}

/** What every person of a data set has in common. */
export interface ViewOptions {
  readonly augmentation: Augmentation;
  /** Size of the crops. */
  readonly input: Size;
  readonly halves: BodyHalves;
  readonly rule?: WarpRule;
}

/**
 * An augmented view: half body, mirroring, shift, scale, rotation, then the changes of pixels. HRNet mirrors last and mmpose first, which is the
 * same as draws do not depend on one another. Each draw has a stream of its own, so that a parameter changed moves no other draw.
 * @throws BoxError when the box or the input has no inside.
 */
export function drawView({ box, keypoints, imageWidth }: ViewedPerson, options: ViewOptions, place: DrawPlace): SampleView {
  const { augmentation, input, halves, rule = "msra" } = options;
  const { flip = 0, halfBody, shift, scale, rotation, beyond = "redraw" } = augmentation;
  if (!(box.width > 0 && box.height > 0)) throw new BoxError(`drawView: the box must have an inside; got ${JSON.stringify(box)}`);

  const half = halfBody ? drawHalfBody(keypoints, halfBody, halves, place) : null;
  const { center, width, height, padding } = half ?? wholeBody(box);
  let [x, y] = center;

  const mirrored = flip > 0 && chance(randomOf("flip", place), flip);
  if (mirrored) x = imageWidth - 1 - x;

  if (shift) {
    const random = randomOf("shift", place);
    if (chance(random, shift.probability)) {
      x += truncatedNormal(random, shift.share, shift.share, beyond) * width * padding;
      y += truncatedNormal(random, shift.share, shift.share, beyond) * height * padding;
    }
  }

  let factor = 1;
  if (scale) {
    const random = randomOf("scale", place);
    const [from, to] = scale.range;
    const reach = (to - from) / 2;
    if (chance(random, scale.probability)) factor = (from + to) / 2 + truncatedNormal(random, reach, reach, beyond);
  }

  let degrees = 0;
  if (rotation) {
    const random = randomOf("rotation", place);
    if (chance(random, rotation.probability)) degrees = truncatedNormal(random, rotation.deviation, rotation.limit, beyond);
  }

  const aspect = input.width / input.height;
  const cropWidth = Math.max(width, height * aspect) * padding * factor;
  const affine = cropAffine({ center: [x, y], scale: { width: cropWidth, height: cropWidth / aspect } }, input, degrees, rule);
  return { mirrored, affine, changes: drawChanges(augmentation, input, place) };
}

/** A part of the image to show: widened to the input's aspect and enlarged by the padding it is the crop. */
interface Region {
  readonly center: Point;
  readonly width: number;
  readonly height: number;
  readonly padding: number;
}

function wholeBody({ x, y, width, height }: Box): Region {
  return { center: [x + width / 2, y + height / 2], width, height, padding: 1.25 };
}

/** The half that is shown, or null for the whole body. */
function drawHalfBody(keypoints: ArrayLike<number>, options: HalfBody, halves: BodyHalves, place: DrawPlace): Region | null {
  const random = randomOf("halfBody", place);
  if (!chance(random, options.probability)) return null;
  const labelled = (joint: number): boolean => keypoints[joint * 3 + 2]! > 0;
  let count = 0;
  for (let joint = 0; joint < keypoints.length / 3; joint++) if (labelled(joint)) count++;
  if (count < options.joints) return null;
  const [upper, lower] = [halves.upper, halves.lower].map((half, i) => ({
    joints: half.filter(labelled),
    least: Math.max(1, options.half[i]!),
  }));
  const inOrder = chance(random, options.upper) ? [upper!, lower!] : [lower!, upper!]; // two of two
  const shown = inOrder.find(({ joints, least }) => joints.length >= least)?.joints;
  if (!shown) return null;

  const [xs, ys] = [shown.map((joint) => keypoints[joint * 3]!), shown.map((joint) => keypoints[joint * 3 + 1]!)];
  const extent = (values: readonly number[]): number => Math.max(...values) - Math.min(...values);
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const region = { center: [mean(xs), mean(ys)], width: extent(xs), height: extent(ys), padding: options.padding } as const;
  return region.width > 0 || region.height > 0 ? region : null; // joints on one point have no extent to show
}
