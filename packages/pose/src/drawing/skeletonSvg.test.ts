import sharp from "sharp";
import { expect, test } from "vitest";
import { KeypointsError } from "../keypoints.ts";
import { coco17 } from "../skeletons/coco17.ts";
import { defineSkeleton } from "../skeletons/skeleton.ts";
import { skeletonSvg } from "./skeletonSvg.ts";

const size = { width: 60, height: 40 };
const person = coco17.joints.flatMap((_, k) => [5 + 3 * k, 5 + k, k / 17]);

test("joints below the threshold are left out with their limbs, the others are drawn once per person", () => {
  const svg = skeletonSvg([person, person], coco17, size, { scoreThreshold: 0.5 });
  expect(svg.match(/<circle/g)).toHaveLength(2 * 8);
  const limbs = coco17.limbs.filter(([a, b]) => a / 17 >= 0.5 && b / 17 >= 0.5);
  expect(svg.match(/<line/g)).toHaveLength(2 * limbs.length);
});

test("unlabelled and undefined joints are never drawn", () => {
  const absent = coco17.joints.flatMap((_, k) => (k === 0 ? [Number.NaN, 3, 1] : [0, 0, 0]));
  expect(skeletonSvg([absent], coco17, size, { scoreThreshold: 0 })).not.toMatch(/<circle|<line/);
});

test("left, right and middle have colours of their own unless the skeleton brings colours", () => {
  const all = person.map((value, i) => (i % 3 === 2 ? 1 : value));
  const strokes = (svg: string): Set<string | undefined> =>
    new Set([...svg.matchAll(/<line[^>]*stroke="([^"]+)"/g)].map(([, color]) => color));
  expect(strokes(skeletonSvg([all], coco17, size)).size).toBe(3);
  const red = defineSkeleton({ ...coco17, colors: coco17.limbs.map(() => "red") });
  expect(strokes(skeletonSvg([all], red, size))).toEqual(new Set(["red"]));
});

test("it renders as an overlay of the picture's size, see-through where nothing is drawn", async () => {
  const overlay = sharp(Buffer.from(skeletonSvg([person], coco17, size)));
  const { data, info } = await overlay.raw().toBuffer({ resolveWithObject: true });
  expect([info.width, info.height, info.channels]).toEqual([60, 40, 4]);
  expect(data[3]).toBe(0);
  expect(data.some((value, i) => i % 4 === 3 && value === 255)).toBe(true);
});

test("a person of another skeleton is refused", () => {
  expect(() => skeletonSvg([[1, 2, 3]], coco17, size)).toThrow(KeypointsError);
});
