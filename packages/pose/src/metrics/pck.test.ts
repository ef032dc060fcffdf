import { expect, test } from "vitest";
import { KeypointsError } from "../keypoints.ts";
import { coco17 } from "../skeletons/coco17.ts";
import { pck } from "./pck.ts";
import { boxNorm, torsoNorm } from "./poseNorms.ts";

test("the threshold itself is a miss, a hair less is a hit", () => {
  const at = (x: number) => [{ predicted: [x, 0, 1], truth: [0, 0, 2], norm: 100 }];
  expect(pck(at(10), 0.1).pck).toBe(0);
  expect(pck(at(9.999), 0.1).pck).toBe(1);
});

test("each joint weighs the same however many labels it has; one without labels counts neither way", () => {
  const sample = (right: boolean, v: number) => ({
    predicted: [right ? 0 : 50, 0, 1, 0, 0, 1, 0, 0, 1],
    truth: [0, 0, 2, 0, 0, v, 9, 9, 0],
    norm: 10,
  });
  const result = pck([sample(true, 2), sample(false, 0), sample(false, 0), sample(false, 0)], 0.5);
  expect(result).toEqual({ pck: (0.25 + 1) / 2, perJoint: [0.25, 1, null], counts: [4, 1, 0] });
});

test("no samples, and samples without labels, give 0 with counts of 0", () => {
  expect(pck([], 0.1)).toEqual({ pck: 0, perJoint: [], counts: [] });
  expect(pck([{ predicted: [1, 1, 1], truth: [0, 0, 0], norm: 5 }], 0.1)).toEqual({ pck: 0, perJoint: [null], counts: [0] });
});

test("a prediction that is not a number is a miss, not an error", () => {
  expect(pck([{ predicted: [Number.NaN, 0, 1], truth: [0, 0, 2], norm: 5 }], 0.1)).toMatchObject({ pck: 0, counts: [1] });
});

test("samples of different skeletons are refused", () => {
  expect(() => pck([{ predicted: [1, 1, 1, 2, 2, 2], truth: [0, 0, 2], norm: 5 }], 0.1)).toThrow(KeypointsError);
  expect(() => pck([], 0)).toThrow(RangeError);
});

test("norms: the longer side of the box; left shoulder to right hip, or 0 where one is unlabelled", () => {
  expect(boxNorm({ x: 5, y: 5, width: 30, height: 80 })).toBe(80);
  const truth = new Float64Array(51);
  truth.set([10, 10, 2], 5 * 3);
  truth.set([40, 50, 1], 12 * 3);
  expect(torsoNorm(truth, coco17)).toBe(50);
  truth[12 * 3 + 2] = 0;
  expect(torsoNorm(truth, coco17)).toBe(0);
});
