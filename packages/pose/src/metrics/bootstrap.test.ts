import { expect, test } from "vitest";
import { createRandom, normal } from "../random/random.ts";
import { averagePrecision } from "./averagePrecision.ts";
import { bootstrap, meanOverImages, pairedBootstrap } from "./bootstrap.ts";
import { compareOks, oksIntervals } from "./bootstrapOks.ts";
import { comparePck, comparePckOfRuns, pckInterval } from "./bootstrapPck.ts";
import { evaluateOks, rankMatches } from "./evaluateOks.ts";
import { matchOks } from "./oksMatches.ts";
import type { OksTruth, PoseDetection } from "./oksTruth.ts";
import { pck } from "./pck.ts";

test("the interval of a mean of normal numbers is ±1.96 standard errors", () => {
  const random = createRandom(1);
  const values = Array.from({ length: 400 }, () => normal(random));
  const mean = meanOverImages(values);
  const { mean: interval } = bootstrap(400, (weights) => ({ mean: mean(weights) }), { resamples: 2000 });
  const { value, low, high } = interval!;
  expect(value).toBeCloseTo(values.reduce((a, b) => a + b, 0) / 400, 12);
  const deviation = Math.sqrt(values.reduce((sum, x) => sum + (x - value) ** 2, 0) / 400);
  for (const side of [high - value, value - low]) expect(Math.abs(side / ((1.96 * deviation) / 20) - 1)).toBeLessThan(0.1);
});

test("a seed draws the same sets again, another seed others; a narrower confidence is inside a wider one", () => {
  const mean = meanOverImages([1, 5, 2, null, 8]);
  const at = (options: object) => bootstrap(5, (weights) => ({ mean: mean(weights) }), { resamples: 200, ...options }).mean!;
  expect(at({ seed: 3 })).toEqual(at({ seed: 3 }));
  expect(at({ seed: 3 })).not.toEqual(at({ seed: 4 }));
  const [wide, narrow] = [at({ confidence: 0.99 }), at({ confidence: 0.5 })];
  expect(narrow.low).toBeGreaterThan(wide.low);
  expect(narrow.high).toBeLessThan(wide.high);
  expect(() => at({ confidence: 95 })).toThrow(RangeError);
  expect(() => at({ signal: AbortSignal.abort() })).toThrow();
});

test("what no image has a value of is null", () => {
  const nothing = meanOverImages([null, null]);
  expect(bootstrap(2, (weights) => ({ nothing: nothing(weights) })).nothing).toBeNull();
  expect(bootstrap(0, () => ({ nothing: null })).nothing).toBeNull();
});

test("paired: the same twice differs by exactly 0, a constant shift by that shift, however much the images vary", () => {
  const [a, b] = [meanOverImages([1, 50, 900, 3]), meanOverImages([1.5, 50.5, 900.5, 3.5])];
  const paired = (second: typeof a) =>
    pairedBootstrap(
      4,
      (weights) => ({ mean: a(weights) }),
      (weights) => ({ mean: second(weights) }),
    ).mean!;
  expect(paired(a)).toMatchObject({ difference: { value: 0, low: 0, high: 0 }, above: 0 });
  const { difference, above } = paired(b);
  for (const bound of [difference.value, difference.low, difference.high]) expect(bound).toBeCloseTo(0.5, 9);
  expect(above).toBe(1);
});

test("an image that is drawn twice counts as if it stood twice in the set, one that is not drawn as if it were gone", () => {
  const random = createRandom(5);
  for (let round = 0; round < 50; round++) {
    const { truth, detections } = people(random);
    const weights = Array.from({ length: 6 }, () => Math.floor(random() * 4));
    const copies = weights.flatMap((weight, image) => Array.from({ length: weight }, (_, copy) => ({ image, id: image + copy / 10 })));
    const copied = <T extends { readonly imageId: number | string }>(items: readonly T[]): T[] =>
      copies.flatMap(({ image, id }) => items.filter(({ imageId }) => imageId === image).map((item) => ({ ...item, imageId: id })));
    const imageIds = [0, 1, 2, 3, 4, 5];
    const [ranges] = rankMatches(matchOks(truth, detections, { sigmas: [0.1], imageIds }));
    const weighted = averagePrecision(ranges![0]!, weights);
    const options = { sigmas: [0.1], imageIds: copies.map(({ id }) => id) };
    const expanded = evaluateOks(copied(truth), copied(detections), options);
    const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
    expect(mean(weighted.precisions)).toBeCloseTo(expanded.AP, 12);
    expect(mean(weighted.recalls)).toBeCloseTo(expanded.AR, 12);
  }
});

test("AP: the value is evaluateOks', its bounds are around it; the same detections twice do not differ, worse ones are worse", () => {
  const random = createRandom(8);
  const { truth, detections } = people(random, 40);
  const options = { sigmas: [0.1], resamples: 200 };
  const whole = evaluateOks(truth, detections, options);
  const { AP, AP_L } = oksIntervals(truth, detections, options);
  expect(AP!.value).toBe(whole.AP);
  expect(AP!.low).toBeLessThan(whole.AP);
  expect(AP!.high).toBeGreaterThan(whole.AP);
  expect(AP_L).toBeNull();
  expect(compareOks(truth, detections, detections, options).AP!.difference).toEqual({ value: 0, low: 0, high: 0 });
  const worse = detections.map((detection) => ({ ...detection, keypoints: [detection.keypoints[0]! + 20, detection.keypoints[1]!, 1] }));
  const { AP: compared, AP_L: none } = compareOks(truth, worse, detections, options);
  expect(compared!.difference.low).toBeGreaterThan(0);
  expect(compared!.second).toEqual(AP);
  expect(none).toBeNull();
});

test("PCK: over images; images of one side only are refused", () => {
  const sample = (imageId: number, x: number) => ({ imageId, predicted: [x, 0, 1], truth: [0, 0, 2], norm: 10 });
  const samples = [0, 0, 20, 20, 0].map((x, i) => sample(Math.floor(i / 2), x));
  const interval = pckInterval(samples, 0.5)!;
  expect(interval.value).toBeCloseTo(0.6, 12);
  expect([interval.low, interval.high]).toEqual([0, 1]);
  const better = samples.map((each) => ({ ...each, predicted: [0, 0, 1] }));
  expect(comparePck(samples, better, 0.5)!.difference.value).toBeCloseTo(0.4, 12);
  expect(() => comparePck(samples, better.slice(0, 2), 0.5)).toThrow(/image 1/);
  expect(pckInterval([], 0.5)).toBeNull();
});

test("PCK of several runs: the mean's difference, joint by joint; the same runs in another order do not differ", () => {
  const random = createRandom(4);
  const run = (spread: number) =>
    Array.from({ length: 60 }, (_, person) => {
      const at = () => spread * normal(random);
      return { imageId: person >> 1, predicted: [at(), 0, 1, at(), 0, 1], truth: [0, 0, 2, 0, 0, person % 3 === 0 ? 0 : 2], norm: 10 };
    });
  const [one, two, three] = [run(4), run(4), run(9)];
  const whole = (samples: ReturnType<typeof run>) => pck(samples, 0.5);
  const { pck: compared, perJoint } = comparePckOfRuns([one, two], [three], 0.5);
  expect(compared!.first.value).toBeCloseTo((whole(one).pck + whole(two).pck) / 2, 12);
  expect(compared!.second.value).toBeCloseTo(whole(three).pck, 12);
  expect(compared!.difference.high).toBeLessThan(0);
  for (const [joint, interval] of perJoint.entries()) {
    const mean = (whole(one).perJoint[joint]! + whole(two).perJoint[joint]!) / 2;
    expect(interval!.difference.value).toBeCloseTo(whole(three).perJoint[joint]! - mean, 12);
  }
  const same = comparePckOfRuns([one, two], [two, one], 0.5).pck!;
  for (const bound of Object.values(same.difference)) expect(bound).toBeCloseTo(0, 12);
  expect(() => comparePckOfRuns([], [one], 0.5)).toThrow(/no run/);
});

function people(random: () => number, images = 6): { truth: OksTruth[]; detections: PoseDetection[] } {
  const truth = Array.from({ length: images * 2 }, (): OksTruth => {
    const box = { x: 0, y: 0, width: 50, height: 50 };
    return { imageId: Math.floor(random() * images), keypoints: [random() * 50, 20, 2], box, area: 2000, crowd: false };
  });
  const detections = truth.map(
    ({ imageId, keypoints }): PoseDetection => ({
      imageId,
      keypoints: [keypoints[0]! + 8 * normal(random), 20, 1],
      score: random(), // equal scores would be ordered image by image in the one set, copy by copy in the other
      area: 2000,
    }),
  );
  return { truth, detections };
}
