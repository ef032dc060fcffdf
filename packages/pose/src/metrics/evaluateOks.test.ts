import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { KeypointsError } from "../keypoints.ts";
import { createRandom, pick } from "../random/random.ts";
import { coco17 } from "../skeletons/coco17.ts";
import { naiveOks } from "../testing/naiveOks.ts";
import { evaluateOks } from "./evaluateOks.ts";
import { cocoThresholds } from "./oksOptions.ts";
import type { OksTruth, PoseDetection } from "./oksTruth.ts";

const numbers = ["AP", "AP50", "AP75", "AP_M", "AP_L", "AR", "AR50", "AR75", "AR_M", "AR_L"] as const;

test("equals a second, slow evaluation on 2,500 random sets full of ties, crowds, ignored persons and empty images", () => {
  const random = createRandom(7, 1);
  let [negative, between] = [0, 0];
  for (let round = 0; round < 2500; round++) {
    const sigmas = pick(random, [[0.1], [0.1, 0.05, 0.2]]);
    const categories = pick(random, [[1], [1], [1, 2]]);
    const imageIds = pick(random, [[3], [9, 2], [5, 4, 11, 30]]);
    const keypoints = (arealess: boolean): number[] =>
      sigmas.flatMap(() => [pick(random, [10, 12, 30, 60]), pick(random, [10, 14, 60, 110]), arealess ? 0 : pick(random, [0, 1, 2])]);
    const truth = Array.from({ length: Math.floor(random() * 7) }, (): OksTruth => {
      const labels = pick(random, [undefined, undefined, undefined, 0, 2]);
      return {
        imageId: pick(random, imageIds),
        category: pick(random, categories),
        keypoints: keypoints(random() < 0.2),
        box: { x: pick(random, [0, 10]), y: 10, width: pick(random, [0, 20, 60]), height: 50 },
        area: pick(random, [0, 1000, 1024, 1500, 9216, 9217, 40000]),
        crowd: random() < 0.15,
        ...(labels === undefined ? {} : { labels }),
        ...(random() < 0.1 ? { ignore: true } : {}),
      };
    });
    const detections = Array.from({ length: Math.floor(random() * 14) }, (): PoseDetection => {
      const copied = truth.length > 0 && random() < 0.6 ? [...Array.from(pick(random, truth).keypoints)] : keypoints(false);
      return {
        imageId: pick(random, imageIds),
        category: pick(random, categories),
        keypoints: copied,
        score: pick(random, [0, 0.5, 0.5, 0.7, 1]),
      };
    });
    const maxDetections = pick(random, [20, 2]);
    const fast = evaluateOks(truth, detections, { sigmas, imageIds, maxDetections });
    const slow = naiveOks(truth, detections, sigmas, imageIds, maxDetections);
    for (const name of numbers) expect(fast[name], `round ${round}, ${name}`).toBeCloseTo(slow[name]!, 12);
    if (fast.AP === -1) negative++;
    if (fast.AP > 0 && fast.AP < 1) between++;
  }
  // The comparison means something: many sets have persons, and are neither all right nor all wrong.
  expect(negative).toBeGreaterThan(100);
  expect(between).toBeGreaterThan(600);
});

const data = path.resolve(import.meta.dirname, "../../../../../shared/data");

describe.skipIf(!existsSync(data))("pycocotools' values (skipped when shared/data is absent)", () => {
  const read = (file: string): unknown => JSON.parse(readFileSync(path.join(data, file), "utf8"));

  test.each(["train", "val"])("coco-mini %s and made-up detections: ten numbers, and AP at each threshold, to 1e-9", (part) => {
    const annotations = `coco-mini/annotations/person_keypoints_${part}.json`;
    const found = `coco-ap/coco_mini_${part}_synthetic_dt.json`;
    const expected = read("coco-ap/expected.json") as Record<string, Record<string, number> & { per_threshold_AP_all: number[] }>;
    const set = read(annotations) as { images: { id: number }[]; annotations: CocoPerson[] };
    const detections = (read(found) as CocoDetection[]).map(detectionOf);
    const imageIds = set.images.map(({ id }) => id);
    const result = evaluateOks(set.annotations.map(truthOf), detections, { sigmas: coco17.sigmas, imageIds });
    const row = expected[`${annotations} + ${found}`]!;
    for (const name of numbers) expect(Math.abs(result[name] - row[name]!), name).toBeLessThan(1e-9);
    const curve = expected[`_extra coco-mini ${part}`]!.per_threshold_AP_all;
    for (const [t, value] of curve.entries()) expect(Math.abs(result.perThreshold[t]! - value)).toBeLessThan(1e-9);
  });
});

test("perfect detections of persons of both sizes give 1 in every number", () => {
  const people = [1500, 20000].map((area, i) => person({ imageId: i, area }));
  const result = evaluateOks(people, people.map(perfect), { sigmas: [0.1, 0.1] });
  for (const name of numbers) expect(result[name]).toBeCloseTo(1, 12);
  expect(result.sizes).toEqual({ all: 2, medium: 1, large: 1 });
});

test("without persons everything is -1, without detections 0; a size that nobody has is -1", () => {
  const nobody = evaluateOks([], [perfect(person({}))], { sigmas: [0.1, 0.1], imageIds: [1] });
  expect(numbers.map((name) => nobody[name])).toEqual(numbers.map(() => -1));
  const nothing = evaluateOks([person({})], [], { sigmas: [0.1, 0.1] });
  expect(numbers.map((name) => nothing[name])).toEqual([0, 0, 0, 0, -1, 0, 0, 0, 0, -1]);
});

test("a detection on an image that does not count is left out, one on an image without persons is a false alarm", () => {
  const found = [perfect(person({})), { ...perfect(person({})), imageId: 2, score: 2 }];
  const alone = evaluateOks([person({})], found, { sigmas: [0.1, 0.1] });
  expect([alone.AP, alone.counts.otherImages]).toEqual([1 / (1 + 2 ** -52), 1]);
  const both = evaluateOks([person({})], found, { sigmas: [0.1, 0.1], imageIds: [1, 2] });
  expect([both.AP, both.counts.otherImages]).toEqual([0.5, 0]);
});

test("xtcocotools' rules: unscored detections are dropped, and the area is 0.53 of the box", () => {
  const unscored = { ...perfect(person({})), keypoints: [10, 10, 0, 40, 40, 0], score: 2 };
  const found = [unscored, { ...perfect(person({})), score: 1 }];
  expect(evaluateOks([person({})], found, { sigmas: [0.1, 0.1], dropUnscored: true }).counts).toMatchObject({ unscored: 1, detections: 1 });
  // 0.53 · 100 · 200 = 10600 is large, 1500 is medium.
  const result = evaluateOks([person({ area: 1500 })], found, { sigmas: [0.1, 0.1], areaFromBox: true });
  expect(result.sizes).toEqual({ all: 1, medium: 0, large: 1 });
});

test("key points and scores that are no numbers find nobody and rank last", () => {
  const broken = { ...perfect(person({})), keypoints: [Number.NaN, 10, 1, 40, Number.NaN, 1], score: Number.NaN };
  const result = evaluateOks([person({})], [broken, perfect(person({}))], { sigmas: [0.1, 0.1] });
  expect(result.AP).toBeCloseTo(1, 12);
});

test("another number of joints than sigmas is refused", () => {
  expect(() => evaluateOks([person({})], [], { sigmas: [0.1] })).toThrow(KeypointsError);
});

test("thresholds are numpy.linspace's, rounding errors included", () => {
  expect(cocoThresholds[5]).toBe(0.75);
  expect(cocoThresholds).toHaveLength(10);
  expect(cocoThresholds[9]).toBe(0.95);
});

interface CocoPerson {
  readonly image_id: number;
  readonly category_id: number;
  readonly keypoints: number[];
  readonly num_keypoints: number;
  readonly bbox: readonly [number, number, number, number];
  readonly area: number;
  readonly iscrowd: 0 | 1;
}

interface CocoDetection {
  readonly image_id: number;
  readonly category_id: number;
  readonly keypoints: number[];
  readonly score: number;
}

function truthOf({ image_id, category_id, keypoints, num_keypoints, bbox: [x, y, width, height], area, iscrowd }: CocoPerson): OksTruth {
  const crowd = iscrowd === 1;
  return { imageId: image_id, category: category_id, keypoints, box: { x, y, width, height }, area, crowd, labels: num_keypoints };
}

function detectionOf({ image_id, category_id, keypoints, score }: CocoDetection): PoseDetection {
  return { imageId: image_id, category: category_id, keypoints, score };
}

function person(changes: Partial<OksTruth>): OksTruth {
  const keypoints = [10, 10, 2, 40, 40, 1];
  return { imageId: 1, keypoints, box: { x: 0, y: 0, width: 100, height: 200 }, area: 1500, crowd: false, ...changes };
}

function perfect({ imageId, keypoints, area }: OksTruth): PoseDetection {
  return { imageId, keypoints, area, score: 1 };
}
