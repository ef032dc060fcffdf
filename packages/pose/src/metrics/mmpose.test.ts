import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { boxNms } from "./boxNms.ts";
import { heatmapAccuracy, heatmapPck } from "./heatmapPck.ts";
import { endPointError, normalizedMeanError } from "./keypointDistance.ts";
import { type MpjpeSample, mpjpe } from "./mpjpe.ts";
import { type PckSample, pck, pckAuc } from "./pck.ts";

// Inputs and numbers of mmpose's own tests (Apache-2.0); the file says from which.
const golden = path.resolve(import.meta.dirname, "../../../../test/golden/domain");
const mmpose = JSON.parse(readFileSync(path.join(golden, "mmpose_expected.json"), "utf8")) as Expected;

type Points = readonly (readonly (readonly number[])[])[];

interface Expected {
  readonly keypoint_pck_accuracy: {
    readonly thr: number;
    readonly output: Points;
    readonly target: Points;
    readonly mask: readonly (readonly number[])[];
    readonly cases: readonly {
      readonly norm: readonly (readonly [number, number])[];
      readonly acc: readonly number[];
      readonly avg: number;
      readonly cnt: number;
    }[];
  };
  readonly keypoint_auc_epe_nme: {
    readonly output: Points;
    readonly target: Points;
    readonly mask: readonly (readonly number[])[];
    readonly auc_norm20_4steps: number;
    readonly epe: number;
    readonly nme_norm1: number;
  };
  readonly pose_pck_accuracy: { readonly acc: readonly number[]; readonly avg: number; readonly cnt: number };
  readonly mpjpe: {
    readonly output: Points;
    readonly target: Points;
    readonly mask: readonly (readonly number[])[];
    readonly mpjpe: number;
    readonly p_mpjpe: number;
    readonly s_mpjpe: number;
  };
  readonly bbox_nms: {
    readonly boxes_xyxy: readonly (readonly [number, number, number, number])[];
    readonly scores: readonly number[];
    readonly thr: number;
    readonly keep: readonly number[];
    readonly groups: readonly (readonly number[])[];
  };
}

test.each(mmpose.keypoint_pck_accuracy.cases)("PCK with norms $norm", ({ norm, acc, avg, cnt }) => {
  const { thr, output, target, mask } = mmpose.keypoint_pck_accuracy;
  const result = pck(samples(output, target, mask, norm), thr);
  expect(result.perJoint.map((fraction) => fraction ?? -1)).toEqual(acc);
  expect(result.pck).toBeCloseTo(avg, 12);
  expect(result.counts.filter((count) => count > 0)).toHaveLength(cnt);
});

test("AUC, end-point error and normalised mean error", () => {
  const { output, target, mask, ...expected } = mmpose.keypoint_auc_epe_nme;
  expect(pckAuc(samples(output, target, mask, [[20, 20]]), 4)).toBeCloseTo(expected.auc_norm20_4steps, 12);
  expect(endPointError(samples(output, target, mask, [[1, 1]]))).toBeCloseTo(expected.epe, 6);
  expect(normalizedMeanError(samples(output, target, mask, [[1, 1]]))).toBeCloseTo(expected.nme_norm1, 6);
});

test("PCK of heatmaps, and HRNet's accuracy of the same maps", () => {
  const maps = (places: readonly (readonly [number, number])[]): Float32Array => {
    const map = new Float32Array(64 * 64 * 5);
    for (const [k, [y, x]] of places.entries()) map[(y * 64 + x) * 5 + k] = 1;
    return map;
  };
  const pair = {
    predicted: maps([
      [20, 20],
      [30, 30],
    ]),
    target: maps([
      [10, 10],
      [30, 30],
    ]),
    size: { width: 64, height: 64 },
    joints: 5,
  };
  const result = heatmapPck(pair, [1, 1, 0, 0, 0]);
  expect(result.perJoint.map((fraction) => fraction ?? -1)).toEqual(mmpose.pose_pck_accuracy.acc);
  expect(result.pck).toBe(mmpose.pose_pck_accuracy.avg);
  // HRNet: the maps of the last three joints are empty, their maximum is at (0, 0) and does not count; √200/6.4 is beyond 0.5.
  expect(heatmapAccuracy(pair)).toEqual({ pck: 0.5, perJoint: [0, 1, null, null, null], counts: [1, 1, 0, 0, 0] });
});

test("mean per joint position error, plain, after Procrustes' alignment and after scaling", () => {
  const { output, target, mask, ...expected } = mmpose.mpjpe;
  const persons = output.map((points, n): MpjpeSample => {
    const triples = (list: Points[number]) => list.map(([x = 0, y = 0, z = 0]) => [x, y, z] as const);
    return { predicted: triples(points), truth: triples(target[n]!), mask: mask[n]!.map((value) => value > 0) };
  });
  expect(mpjpe(persons)).toBeCloseTo(expected.mpjpe, 7);
  expect(mpjpe(persons, "procrustes")).toBeCloseTo(expected.p_mpjpe, 7);
  expect(mpjpe(persons, "scale")).toBeCloseTo(expected.s_mpjpe, 7);
});

test("box NMS", () => {
  const { boxes_xyxy, scores, thr, keep, groups } = mmpose.bbox_nms;
  const found = boxNms(
    boxes_xyxy.map(([x, y, right, bottom]) => ({ x, y, width: right - x, height: bottom - y })),
    scores,
    thr,
  );
  expect(found.map(([first]) => first)).toEqual(keep);
  expect(found).toEqual(groups);
});

function samples(
  output: Points,
  target: Points,
  mask: readonly (readonly number[])[],
  norm: readonly (readonly [number, number])[],
): PckSample[] {
  return output.map((points, n) => ({
    predicted: points.flatMap((point) => [...point, 1]),
    truth: target[n]!.flatMap((point, k) => [...point, mask[n]![k]!]),
    norm: norm[n]!,
  }));
}
