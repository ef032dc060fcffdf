import { expect, test } from "vitest";
import { createRandom } from "../random/random.ts";
import { pckh } from "./pckh.ts";
import { headNorm } from "./poseNorms.ts";

test("equals HRNet's formula, written out in its own order, on random people", () => {
  const random = createRandom(3);
  const people = Array.from({ length: 60 }, () => {
    const truth = Array.from({ length: 48 }, (_, i) => (i % 3 === 2 ? (random() < 0.8 ? 1 : 0) : random() * 100));
    const predicted = truth.map((value, i) => (i % 3 === 2 ? 1 : value - 1 + (random() - 0.5) * 30));
    return { truth, predicted, head: { x: 0, y: 0, width: 10 + random() * 30, height: 20 } };
  });
  // uv_err / (‖headbox‖ · 0.6) · visible, then shares of ≤ threshold, weighed by the labels of all joints but 6 and 7.
  const errors = people.map(({ truth, predicted, head }) =>
    Array.from({ length: 16 }, (_, k) => {
      const [dx, dy] = [predicted[3 * k]! + 1 - truth[3 * k]!, predicted[3 * k + 1]! + 1 - truth[3 * k + 1]!];
      return { visible: truth[3 * k + 2]!, scaled: Math.sqrt(dx * dx + dy * dy) / (Math.sqrt(head.width ** 2 + head.height ** 2) * 0.6) };
    }),
  );
  const share = (k: number, limit: number): number => {
    const found = errors.filter((row) => row[k]!.visible && row[k]!.scaled <= limit).length;
    return found / errors.filter((row) => row[k]!.visible).length;
  };
  const counted = [...Array(16).keys()].filter((k) => k !== 6 && k !== 7);
  const labels = (k: number): number => errors.filter((row) => row[k]!.visible).length;
  const all = counted.reduce((sum, k) => sum + labels(k), 0);
  const mean = (limit: number): number => counted.reduce((sum, k) => sum + share(k, limit) * (labels(k) / all), 0);
  const result = pckh(people);
  expect(result.mean).toBeCloseTo(mean(0.5), 12);
  expect(result.meanAt10).toBeCloseTo(mean(0.1), 12);
  expect(result.meanAt11).toBeCloseTo(mean(0.11), 12);
  expect(result.perJoint[6]).toBeCloseTo(share(6, 0.5), 12);
  expect(result.meanAt11).toBeGreaterThan(result.meanAt10);
});

test("the threshold itself is a hit, unlike PCK's, and predictions are moved by a pixel", () => {
  const head = { x: 0, y: 0, width: 30, height: 40 }; // 0.6 · 50 = 30 pixels
  expect(headNorm(head)).toBe(30);
  const at = (x: number) => pckh([{ predicted: [x, 9, 1], truth: [10, 10, 1], head }]).mean;
  expect([at(24), at(24.001), at(9)]).toEqual([1, 0, 1]);
});

test("nobody, and people without labels, give 0 with counts of 0", () => {
  expect(pckh([])).toEqual({ mean: 0, perJoint: [], counts: [], meanAt10: 0, meanAt11: 0 });
  const unlabelled = pckh([{ predicted: [1, 1, 1], truth: [0, 0, 0], head: { x: 0, y: 0, width: 5, height: 5 } }]);
  expect(unlabelled).toMatchObject({ mean: 0, perJoint: [null], counts: [0] });
});
