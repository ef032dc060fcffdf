import { type Affine, between, chance, type Random, type Size } from "@kindling/pose";
import type { Scene } from "./scene.ts";

/**
 * How scenes are seen. `letterbox`: the whole image, as large as fits, in the middle. `crops`: about a person, scaled, turned, shifted and mirrored at
 * random, as Lightweight OpenPose trains (datasets/transformations.py `Scale`, `Rotate`, `CropPad`, `Flip`).
 */
export type SceneViews =
  | { readonly kind: "letterbox" }
  | {
      readonly kind: "crops";
      /** Range of the random scale. */
      readonly scale: readonly [from: number, to: number];
      /** Height of a person at scale 1, as a fraction of the input's. */
      readonly personHeight: number;
      /** Largest angle to either side in degrees. */
      readonly rotation: number;
      /** Largest shift along an axis in pixels of the input. */
      readonly shift: number;
      /** Probability that the view is mirrored. */
      readonly flip: number;
    };

/** The published crops. */
export const publishedCrops: Extract<SceneViews, { readonly kind: "crops" }> = {
  kind: "crops",
  scale: [0.5, 1.1],
  personHeight: 0.6,
  rotation: 40,
  shift: 40,
  flip: 0.5,
};

/** One view of a scene: image pixels → input pixels, the mirroring included. */
export interface SceneView {
  readonly affine: Affine;
  readonly mirrored: boolean;
}

/**
 * Draws the view of a scene; a letterbox, and a crop about nobody, draws nothing. The published code resamples an image once to scale and once to
 * turn it, and cuts at whole pixels; here one transform does all.
 */
export function viewOf(scene: Scene, views: SceneViews, input: Size, random: Random): SceneView {
  if (views.kind === "letterbox" || !scene.about) {
    return { affine: letterbox({ width: scene.imageWidth, height: scene.imageHeight }, input), mirrored: false };
  }
  const { about } = scene;
  const zoom = (between(random, ...views.scale) * views.personHeight * input.height) / about.height;
  const angle = (between(random, -views.rotation, views.rotation) * Math.PI) / 180;
  const [shiftX, shiftY] = [between(random, -views.shift, views.shift), between(random, -views.shift, views.shift)];
  const mirrored = chance(random, views.flip);
  const [cos, sin] = [zoom * Math.cos(angle), zoom * Math.sin(angle)];
  const [x, y] = about.center;
  const [left, top] = [input.width / 2 - shiftX - cos * x - sin * y, input.height / 2 - shiftY + sin * x - cos * y];
  return mirrored
    ? { affine: [-cos, -sin, input.width - 1 - left, -sin, cos, top], mirrored }
    : { affine: [cos, sin, left, -sin, cos, top], mirrored };
}

/** The whole image in the middle of the input, as large as fits: image pixels → input pixels, pixel centres corresponding as in a resize. */
export function letterbox(image: Size, input: Size): Affine {
  const zoom = Math.min(input.width / image.width, input.height / image.height);
  const offset = (inner: number, outer: number): number => (outer - zoom * inner) / 2 + zoom / 2 - 0.5;
  return [zoom, 0, offset(image.width, input.width), 0, zoom, offset(image.height, input.height)];
}
