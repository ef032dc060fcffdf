import fc from "fast-check";
import { expect, test } from "vitest";
import { transformKeypoints } from "../boxes/affine.ts";
import { coco17 } from "../skeletons/coco17.ts";
import { mpii16 } from "../skeletons/mpii16.ts";
import { openpose18 } from "../skeletons/openpose18.ts";
import { flipKeypoints, SkeletonError } from "../skeletons/skeleton.ts";
import { cocoOfOpenPose } from "./cocoOfOpenPose.ts";
import { encodeOpenPose } from "./encodeOpenPose.ts";
import { findPeaks } from "./findPeaks.ts";
import { findPersons } from "./findPersons.ts";
import { groupPeaks } from "./groupPeaks.ts";
import { openPoseKeypoints } from "./openPoseKeypoints.ts";
import { fieldChannels, flipOpenPoseMaps, heatmapChannels, openPoseLimbs } from "./partFields.ts";
import { resizeCubic } from "./resizeCubic.ts";

/** A standing person, about 90 units tall. */
const template = [
  [0, -40],
  [0, -28],
  [-14, -28],
  [-20, -12],
  [-24, 4],
  [14, -28],
  [20, -12],
  [24, 4],
  [-9, 6],
  [-10, 24],
  [-11, 42],
  [9, 6],
  [10, 24],
  [11, 42],
  [-4, -44],
  [4, -44],
  [-9, -42],
  [9, -42],
] as const;

const joints = openpose18.joints.length;

function personAt(x: number, y: number, scale: number, angle: number): number[] {
  const [cos, sin] = [Math.cos(angle) * scale, Math.sin(angle) * scale];
  return template.flatMap(([u, v]) => [x + cos * u - sin * v, y + sin * u + cos * v, 2]);
}

function mapsOf(persons: readonly ArrayLike<number>[], input: { readonly width: number; readonly height: number }) {
  const { heatmaps, pafs } = encodeOpenPose(persons, { input });
  const grid = { width: input.width / 8, height: input.height / 8 };
  return { heatmaps: resizeCubic(heatmaps, heatmapChannels, grid, input), pafs: resizeCubic(pafs, fieldChannels, grid, input) };
}

test("encode, up-sample and group returns every person's key points within a pixel, by both ways to assemble", () => {
  const person = fc.record({
    jitterX: fc.double({ min: -20, max: 20, noNaN: true }),
    jitterY: fc.double({ min: -12, max: 12, noNaN: true }),
    // Nearer joints than about 10 pixels are one peak: their Gaussians have a standard deviation of 7.
    scale: fc.double({ min: 3.2, max: 3.8, noNaN: true }),
    angle: fc.double({ min: -0.4, max: 0.4, noNaN: true }),
  });
  fc.assert(
    fc.property(fc.array(person, { minLength: 1, maxLength: 3 }), (drawn) => {
      const input = { width: 320 * drawn.length, height: 480 };
      const persons = drawn.map(({ jitterX, jitterY, scale, angle }, i) => personAt(160 + 320 * i + jitterX, 240 + jitterY, scale, angle));
      const maps = mapsOf(persons, input);
      for (const assembly of ["published", "merge"] as const) {
        const found = groupPeaks(maps, input, assembly);
        expect(found).toHaveLength(persons.length);
        for (const truth of persons) {
          const nearest = found.reduce((best, one) => (farthest(one.keypoints, truth) < farthest(best.keypoints, truth) ? one : best));
          expect(farthest(nearest.keypoints, truth)).toBeLessThanOrEqual(1);
        }
      }
    }),
    { seed: 7, numRuns: 10 },
  );
});

/** The largest distance along an axis between key points. */
function farthest(found: ArrayLike<number>, truth: ArrayLike<number>): number {
  const distances = Array.from({ length: joints }, (_, joint) =>
    [0, 1].map((axis) => Math.abs(found[3 * joint + axis]! - truth[3 * joint + axis]!)),
  );
  return Math.max(...distances.flat());
}

test("a joint that is not labelled is not found, and the others still make one person", () => {
  const person = personAt(161.3, 240.7, 3.5, 0);
  for (const joint of [4, 16, 13]) person[3 * joint + 2] = 0;
  const [found, ...more] = groupPeaks(mapsOf([person], { width: 320, height: 480 }), { width: 320, height: 480 });
  expect(more).toEqual([]);
  expect([...openpose18.joints.keys()].filter((joint) => found!.keypoints[3 * joint + 2] === 0)).toEqual([4, 13, 16]);
  expect(found!.count).toBe(joints - 3);
});

test("a head without a neck is joined to its body over the ears by merge, and twice or not at all as published", () => {
  const person = personAt(161.3, 240.7, 3.5, 0);
  const size = { width: 320, height: 480 };
  const maps = mapsOf([person], size);
  for (let at = 2 * 14; at < maps.pafs.length; at += fieldChannels) maps.pafs.fill(0, at, at + 2);
  const merged = groupPeaks(maps, size, "merge");
  expect(merged.map(({ count }) => count)).toEqual([joints]);
  const published = groupPeaks(maps, size, "published");
  expect(published).toHaveLength(2);
  const [first, second] = published.map(({ keypoints }) => keypoints);
  expect([16, 17].map((ear) => first![3 * ear])).toEqual([16, 17].map((ear) => second![3 * ear]));
});

test("heatmaps of the mirrored persons are the mirrored heatmaps", () => {
  fc.assert(
    fc.property(fc.array(anywhere, { minLength: 1, maxLength: 3 }), (persons) => {
      const { direct, flipped } = bothFlips(persons);
      const worst = direct.heatmaps.reduce((most, value, i) => Math.max(most, Math.abs(value - flipped.heatmaps[i]!)), 0);
      expect(worst).toBeLessThanOrEqual(1e-6);
    }),
    { seed: 11, numRuns: 50 },
  );
});

// As published, fields are drawn as if a cell stood at its corner, pixel 8·m, so that a mirrored one lies 7/8 of a cell further.
test("fields of the mirrored person are the mirrored fields wherever both are drawn, and lie within a cell of each other", () => {
  fc.assert(
    fc.property(anywhere, (person) => {
      const { direct, flipped } = bothFlips([person]);
      for (let limb = 0; limb < openPoseLimbs.length; limb++) {
        const drawn = (maps: Float32Array) => cells.filter((cell) => vectorAt(maps, cell, limb).some((value) => value !== 0));
        const [ours, theirs] = [drawn(direct.pafs), drawn(flipped.pafs)];
        for (const cell of ours.filter((one) => theirs.includes(one))) {
          for (const [axis, value] of vectorAt(direct.pafs, cell, limb).entries()) {
            expect(value).toBeCloseTo(vectorAt(flipped.pafs, cell, limb)[axis]!, 6);
          }
        }
        const columns = (some: readonly number[]) => some.map((cell) => cell % (input.width / 8));
        if (ours.length > 0 && theirs.length > 0) {
          expect(Math.abs(Math.min(...columns(ours)) - Math.min(...columns(theirs)))).toBeLessThanOrEqual(2);
        }
      }
    }),
    { seed: 12, numRuns: 50 },
  );
});

const input = { width: 200, height: 160 };
const cells = Array.from({ length: (input.width / 8) * (input.height / 8) }, (_, cell) => cell);
const pixel = fc.double({ min: -40, max: 240, noNaN: true });
const anywhere = fc
  .array(fc.tuple(pixel, pixel, fc.constantFrom(0, 1, 2)), { minLength: joints, maxLength: joints })
  .map((points) => points.flat());

function bothFlips(persons: readonly (readonly number[])[]) {
  const mirrored = persons.map((person) => flipKeypoints(person, openpose18, input.width));
  return { direct: encodeOpenPose(mirrored, { input }), flipped: flipOpenPoseMaps(encodeOpenPose(persons, { input }), input.width / 8) };
}

function vectorAt(pafs: Float32Array, cell: number, limb: number): readonly number[] {
  return [...pafs.subarray(cell * fieldChannels + 2 * limb, cell * fieldChannels + 2 * limb + 2)];
}

test("flipping maps twice gives them back, and every limb has its mirror image", () => {
  const [width, height] = [5, 3];
  const heatmaps = Float32Array.from({ length: width * height * heatmapChannels }, (_, i) => Math.sin(i));
  const pafs = Float32Array.from({ length: width * height * fieldChannels }, (_, i) => Math.cos(i));
  const once = flipOpenPoseMaps({ heatmaps, pafs }, width);
  expect(once.heatmaps).not.toEqual(heatmaps);
  expect(flipOpenPoseMaps(once, width)).toEqual({ heatmaps, pafs });
  expect(once.pafs[0]).toBe(
    Math.fround(-Math.cos((width - 1) * fieldChannels + 2 * openPoseLimbs.findIndex(([a, b]) => a === 1 && b === 11))),
  );
});

test("persons are found where they are in the image, whatever letterbox and size the maps are of, and from several sizes at once", () => {
  const image = { width: 700, height: 500 };
  const persons = [personAt(180.3, 240.7, 4.4, 0.1), personAt(500.6, 260.2, 4.1, -0.1)];
  const view = (input: { readonly width: number; readonly height: number }) => {
    const zoom = Math.min(input.width / image.width, input.height / image.height);
    const shift = (inner: number, outer: number) => (outer - zoom * inner) / 2 + zoom / 2 - 0.5;
    const toInput = [zoom, 0, shift(image.width, input.width), 0, zoom, shift(image.height, input.height)] as const;
    const maps = encodeOpenPose(
      persons.map((person) => transformKeypoints(toInput, person)),
      { input },
    );
    return { ...maps, grid: { width: input.width / 8, height: input.height / 8 }, toInput };
  };
  const views = [view({ width: 640, height: 640 }), view({ width: 800, height: 560 })];
  for (const some of [views.slice(0, 1), views.slice(1), views]) {
    const found = findPersons(some, { image, stride: 8, skeleton: openpose18 });
    expect(found).toHaveLength(2);
    for (const [i, { keypoints }] of found.toSorted((a, b) => a.keypoints[0]! - b.keypoints[0]!).entries()) {
      const shifted = persons[i]!.map((value, at) => (at % 3 === 2 ? value : value + 0.5)); // positions are of pixels' middles
      expect(farthest(keypoints, shifted)).toBeLessThanOrEqual(1.5);
    }
  }
  expect(() => findPersons(views, { image, stride: 8, skeleton: mpii16 })).toThrow(SkeletonError);
});

test("joints are added and capped at 1; the background is what the highest leaves", () => {
  const at = (x: number, y: number) => personAt(0, 0, 0, 0).map((_, i) => [x, y, 2][i % 3]!);
  const { heatmaps } = encodeOpenPose([at(20, 20), at(22, 20)], { input: { width: 40, height: 40 } });
  const value = (x: number, y: number, px: number) => Math.exp(-((8 * x + 3.5 - px) ** 2 + (8 * y + 3.5 - 20) ** 2) / 98);
  for (const [x, y] of [
    [2, 2],
    [1, 2],
    [3, 1],
  ] as const) {
    const expected = Math.min(1, value(x, y, 20) + value(x, y, 22));
    expect(heatmaps[(y * 5 + x) * heatmapChannels]).toBeCloseTo(expected, 6);
    expect(heatmaps[(y * 5 + x) * heatmapChannels + joints]).toBeCloseTo(1 - expected, 6);
  }
});

test("cubic up-sampling keeps constants, reproduces OpenCV's ramp and passes through the middle of odd enlargements", () => {
  const source = Float32Array.of(1, 2, 4, 8, 16);
  expect([...resizeCubic(Float32Array.of(3, 3), 1, { width: 2, height: 1 }, { width: 7, height: 4 })].every((value) => value === 3)).toBe(
    true,
  );
  const tripled = resizeCubic(source, 1, { width: 5, height: 1 }, { width: 15, height: 1 });
  expect([1, 4, 7, 10, 13].map((at) => tripled[at])).toEqual([...source]);
  // Between 2 and 4 at a third: weights of Keys' kernel with a = −0.75 at 4/3, 1/3, 2/3 and 5/3.
  const kernel = (d: number) => (d <= 1 ? (1.25 * d - 2.25) * d * d + 1 : ((-0.75 * d + 3.75) * d - 6) * d + 3);
  const third = 1 * kernel(4 / 3) + 2 * kernel(1 / 3) + 4 * kernel(2 / 3) + 8 * kernel(5 / 3);
  expect(tripled[5]).toBeCloseTo(third, 5);
  expect(() => resizeCubic(source, 2, { width: 5, height: 1 }, { width: 9, height: 1 })).toThrow(RangeError);
});

test("of near peaks the leftmost stays, a plateau has none, and of too many the highest are kept", () => {
  const size = { width: 40, height: 3 };
  const map = new Float32Array(120);
  const set = (x: number, value: number) => void (map[40 + x] = value);
  set(2, 0.3);
  set(6, 0.9); // 4 pixels further
  set(20, 0.5);
  set(21, 0.5);
  set(30, 0.05);
  set(37, 0.4);
  const find = (most: number) => findPeaks(map, { size, channels: 1, joints: 1, most })[0]!;
  expect(find(9).map(({ x }) => x)).toEqual([2, 37]);
  expect(find(1).map(({ x }) => x)).toEqual([37]);
});

test("the neck is the middle of both shoulders; joints go by their names and come back by them", () => {
  const keypoints = coco17.joints.flatMap((_, joint) => [10 * joint, 100 - joint, joint === 6 ? 1 : 2]);
  const person = openPoseKeypoints(keypoints, coco17);
  expect([...person.slice(3, 6)]).toEqual([55, 94.5, 1]);
  const { keypoints: back, score } = cocoOfOpenPose({ keypoints: person, score: 3, count: 5 });
  expect([...back]).toEqual(keypoints.map((value, i) => (i % 3 === 2 ? value : value + 0.5)));
  expect(score).toBe(12);
  keypoints[3 * 6 + 2] = 0;
  expect(openPoseKeypoints(keypoints, coco17)[5]).toBe(0);
});
