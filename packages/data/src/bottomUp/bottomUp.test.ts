import { existsSync } from "node:fs";
import path from "node:path";
import { applyAffine, coco17, createRandom, encodeOpenPose, openpose18 } from "@kindling/pose";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { RgbImage } from "../crop.ts";
import { readCoco } from "../formats/readCoco.node.ts";
import type { Dataset, PersonAnnotation, Segmentation } from "../sample.ts";
import { DatasetError } from "../sample.ts";
import { decodeRuns, paintSegmentation } from "./paintSegmentation.ts";
import { outsideGrey, prepareScene } from "./prepareScene.ts";
import { type Scene, scenesOf } from "./scene.ts";
import { letterbox, publishedCrops, viewOf } from "./sceneView.ts";

const input = { width: 96, height: 64 };

test("runs go down the columns, plain and compressed; the compressed ones are COCO's", () => {
  const size = { width: 4, height: 3 };
  // Columns 000, 011, 110, 000.
  const painted = (segmentation: Segmentation) => {
    const mask = new Uint8Array(12);
    paintSegmentation(mask, size, segmentation);
    return Array.from({ length: 3 }, (_, row) => [...mask.subarray(4 * row, 4 * row + 4)].join(""));
  };
  expect(painted({ counts: [4, 4, 4], size: [3, 4] })).toEqual(["0010", "0110", "0100"]);
  expect(painted({ counts: "444", size: [3, 4] })).toEqual(["0010", "0110", "0100"]);
  // Written by hand from rleFrString: 5 → "5"; 40 = 8 + 32·1 → "X1"; 3 → "3"; 70 is 30 more than 40 → 30, whose sign bit needs a second character → "n0".
  expect(decodeRuns("5X13n0")).toEqual([5, 40, 3, 70]);
  // 3 as 2 less than 5: −2 → "N".
  expect(decodeRuns("551N")).toEqual([5, 5, 1, 3]);
});

test("runs of another image, or that are none, are refused", () => {
  const mask = new Uint8Array(12);
  const paint = (segmentation: Segmentation) => () => paintSegmentation(mask, { width: 4, height: 3 }, segmentation);
  expect(paint({ counts: [4, 4, 4], size: [4, 3] })).toThrow(DatasetError);
  expect(paint({ counts: [4, 4, 3], size: [3, 4] })).toThrow(/cover 11 pixels/);
  expect(paint({ counts: "4\n", size: [3, 4] })).toThrow(DatasetError);
});

test("polygons cover the pixels whose middles are inside; a ring leaves its hole where it is one polygon", () => {
  const size = { width: 6, height: 5 };
  const mask = new Uint8Array(30);
  paintSegmentation(mask, size, [
    [1, 1, 4, 1, 4, 3, 1, 3],
    [4.4, 3.6, 40, 3.6, 40, 40, 4.4, 40],
  ]);
  expect(Array.from({ length: 5 }, (_, row) => [...mask.subarray(6 * row, 6 * row + 6)].join(""))).toEqual([
    "000000",
    "011100",
    "011100",
    "000000",
    "000011",
  ]);
});

const keypoints = (labelled: number, x = 50, y = 40): Float64Array =>
  Float64Array.from(coco17.joints.flatMap((_, joint) => (joint < labelled ? [x + joint, y + 2 * joint, 2] : [0, 0, 0])));

function datasetOf(persons: readonly Partial<PersonAnnotation>[]): Dataset {
  const images = [{ id: 1, path: "a.jpg", width: 200, height: 100 }];
  const complete = persons.map((person, i) => ({
    id: String(i),
    imageId: 1,
    keypoints: keypoints(17),
    box: { x: 40, y: 20, width: 40, height: 60 },
    area: 2000,
    crowd: false,
    ...person,
  }));
  return { name: "scenes", skeleton: coco17, samples: [], skipped: new Map(), images, persons: complete };
}

test("a person has a scene of its own with 5 labels, 32² pixels and a distance of 0.3 longer sides to those before", () => {
  const moved = (x: number) => ({ box: { x, y: 20, width: 40, height: 60 } });
  const scenes = scenesOf(
    datasetOf([
      {},
      { ...moved(57) }, // 17 pixels, less than 0.3 · 60
      { ...moved(59) },
      { keypoints: keypoints(4), ...moved(150) },
      { keypoints: keypoints(5), ...moved(150) },
      { area: 1023, ...moved(90) },
      { crowd: true, ...moved(120) },
    ]),
    "persons",
  );
  expect(scenes.map(({ id }) => id)).toEqual(["0", "2", "4"]);
  for (const { persons, unlabelled } of scenes) expect([persons.length, unlabelled.length]).toEqual([6, 1]);
  expect(scenes[1]!.about).toEqual({ center: [79, 50], height: 60 });
  // The one that the scene is about comes first, because later persons draw over its fields.
  expect(scenes[2]!.persons[0]!.filter((value, at) => at % 3 === 2 && value > 0)).toHaveLength(5);
});

test("whole images are scenes where anybody is labelled; those without labels are regions, by their box where nothing else is known", () => {
  const region = [[1, 2, 3, 4, 5, 6]];
  const [scene, ...more] = scenesOf(
    datasetOf([{ keypoints: keypoints(1) }, { keypoints: keypoints(0) }, { crowd: true, segmentation: region }]),
    "images",
  );
  expect(more).toEqual([]);
  expect(scene!.unlabelled).toEqual([[[40, 20, 80, 20, 80, 80, 40, 80]], region]);
  expect(scenesOf(datasetOf([{ keypoints: keypoints(0) }]), "images")).toEqual([]);
});

test("key points outside of the image are not labelled", () => {
  const [scene] = scenesOf(datasetOf([{ keypoints: keypoints(17, 190, 40) }]), "images");
  const visible = coco17.joints.filter((_, joint) => 190 + joint < 200);
  const found = openpose18.joints.filter((_, joint) => scene!.persons[0]![3 * joint + 2]! > 0);
  expect(new Set(found)).toEqual(new Set([...visible, "neck"]));
});

/** A picture whose red and green tell where a pixel comes from. */
const picture: RgbImage = {
  width: 200,
  height: 100,
  channels: 3,
  data: Uint8Array.from({ length: 200 * 100 * 3 }, (_, i) => [Math.floor(i / 3) % 200, Math.floor(i / 600), 7][i % 3]!),
};

test("image, targets and mask of any view are of the same place: colours, key points and regions move together", () => {
  const square = [[60, 30, 100, 30, 100, 70, 60, 70]];
  const [scene] = scenesOf(datasetOf([{}, { crowd: true, segmentation: square }]), "persons");
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1e6 }), (seed) => {
      const view = viewOf(scene!, publishedCrops, input, createRandom(seed));
      const { image, mask } = prepareScene(picture, scene!, view, { input });
      for (const point of [
        [60, 40],
        [100, 55],
      ] as const) {
        const [x, y] = applyAffine(view.affine, point).map(Math.round) as [number, number];
        if (x < 0 || y < 0 || x >= input.width || y >= input.height) continue;
        const at = (y * input.width + x) * 4;
        const step = 2 / Math.hypot(view.affine[0], view.affine[3]);
        expect(Math.abs(image[at]! - point[0])).toBeLessThanOrEqual(step);
        expect(Math.abs(image[at + 1]! - point[1])).toBeLessThanOrEqual(step);
      }
      // The square's area in cells, but for what lies outside of the view.
      const inside = mask.reduce((sum, value) => sum + 1 - value, 0) * 64;
      const zoom = view.affine[0] ** 2 + view.affine[3] ** 2;
      expect(inside).toBeLessThanOrEqual(40 * 40 * zoom * 1.03 + 12);
    }),
    { seed: 3, numRuns: 60 },
  );
});

test("the mirrored view is the view mirrored: image, mask and heatmaps", () => {
  const square = [[60, 30, 100, 30, 100, 70, 60, 70]];
  const [scene] = scenesOf(datasetOf([{}, { crowd: true, segmentation: square }]), "persons");
  const [plain, mirrored] = [0, 1].map((flip) => {
    const view = viewOf(scene!, { ...publishedCrops, flip }, input, createRandom(5));
    expect(view.mirrored).toBe(flip === 1);
    return prepareScene(picture, scene!, view, { input });
  });
  const cells = { width: input.width / 8, channels: 1 };
  const flipped = <A extends Uint8Array | Float32Array>(values: A, { width, channels }: { width: number; channels: number }): number[] =>
    Array.from(values, (_, at) => {
      const place = Math.floor(at / channels);
      return values[(place - (place % width) + width - 1 - (place % width)) * channels + (at % channels)]!;
    });
  expect(worst(flipped(plain!.image, { width: input.width, channels: 4 }), mirrored!.image)).toBeLessThanOrEqual(12); // 1/32 pixel of a steep ramp
  expect(worst(flipped(plain!.mask, cells), mirrored!.mask)).toBeLessThanOrEqual(4 / 64);
  const nose = (maps: Float32Array) => maps.filter((_, at) => at % 19 === 0);
  expect(worst(flipped(nose(plain!.heatmaps), cells), nose(mirrored!.heatmaps))).toBeLessThan(1e-6);
  const sided = (maps: Float32Array, joint: number) => maps.filter((_, at) => at % 19 === joint);
  expect(worst(flipped(sided(plain!.heatmaps, 2), cells), sided(mirrored!.heatmaps, 5))).toBeLessThan(1e-6);
});

function worst(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return Math.max(...Array.from(a, (value, i) => Math.abs(value - b[i]!)));
}

test("a letterbox shows the whole image in the middle, grey beside it, with all persons labelled and crowds masked", () => {
  const square = [[100, 0, 200, 0, 200, 100, 100, 100]];
  const [scene] = scenesOf(datasetOf([{}, { keypoints: keypoints(17, 20, 20) }, { crowd: true, segmentation: square }]), "images");
  const view = viewOf(scene!, { kind: "letterbox" }, { width: 128, height: 128 }, createRandom(1));
  const { image, mask, heatmaps } = prepareScene(picture, scene!, view, { input: { width: 128, height: 128 } });
  const red = (x: number, y: number) => image[(y * 128 + x) * 4];
  expect([red(64, 10), red(64, 120)]).toEqual([outsideGrey, outsideGrey]);
  expect(Math.abs(red(64, 64)! - 100)).toBeLessThanOrEqual(2);
  // 128 × 64 pixels of picture from row 32 to 96; its right half teaches nothing.
  for (let row = 0; row < 16; row++) {
    for (let column = 0; column < 16; column++) expect(mask[row * 16 + column]).toBe(row >= 4 && row < 12 && column >= 8 ? 0 : 1);
  }
  const moved = scene!.persons.map((person) =>
    [...person].map((value, i) => (i % 3 === 2 ? value : value * 0.64 + 0.32 - 0.5 + (i % 3 === 1 ? 32 : 0))),
  );
  expect(worst(heatmaps, encodeOpenPose(moved, { input: { width: 128, height: 128 } }).heatmaps)).toBeLessThan(1e-5);
});

test("a letterbox that only enlarges has pixel centres where a resize has them", () => {
  expect(letterbox({ width: 10, height: 20 }, { width: 40, height: 40 })).toEqual([2, 0, 10.5, 0, 2, 0.5]);
});

const coco = path.resolve(import.meta.dirname, "../../../../../shared/data/coco-mini");

test.skipIf(!existsSync(coco))("crowds of COCO are masked where their runs are (skipped where ../shared is absent)", async () => {
  const dataset = await readCoco({
    annotations: path.join(coco, "annotations/person_keypoints_train.json"),
    images: path.join(coco, "images"),
  });
  const crowds = dataset.persons.filter(({ crowd, segmentation }) => crowd && segmentation && "counts" in segmentation);
  expect(crowds.length).toBeGreaterThan(0);
  for (const crowd of crowds) {
    const { width, height } = dataset.images.find(({ id }) => id === crowd.imageId)!;
    const mask = new Uint8Array(width * height);
    paintSegmentation(mask, { width, height }, crowd.segmentation!);
    const painted = [...mask.keys()].filter((at) => mask[at] === 1);
    const [columns, rows] = [painted.map((at) => at % width), painted.map((at) => Math.floor(at / width))];
    const extent = (places: readonly number[]) =>
      [places.reduce((a, b) => Math.min(a, b)), places.reduce((a, b) => Math.max(a, b))] as const;
    const [[left, right], [top, bottom]] = [extent(columns), extent(rows)];
    // COCO's boxes of crowds go from the middle of the first pixel to that of the last.
    expect({ x: left, y: top, width: right - left, height: bottom - top }).toEqual(crowd.box);
  }
  const scenes: readonly Scene[] = scenesOf(dataset, "persons");
  expect(scenes.length).toBeGreaterThan(20);
});
