import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { coco17 } from "../skeletons/coco17.ts";
import { oksNumberNames } from "./bootstrapOks.ts";
import { boxNms } from "./boxNms.ts";
import { evaluateCrowdLevels } from "./crowdLevels.ts";
import { evaluateOks, type OksEvaluation } from "./evaluateOks.ts";
import { heatmapAccuracy, heatmapPck } from "./heatmapPck.ts";
import { endPointError, normalizedMeanError } from "./keypointDistance.ts";
import { type MpjpeSample, mpjpe } from "./mpjpe.ts";
import type { ImageId, OksTruth, PoseDetection } from "./oksTruth.ts";
import { type PckSample, pck, pckAuc } from "./pck.ts";
import { oksNms, softOksNms } from "./poseNms.ts";
import { evaluateParts, type JointRange, wholeBodyParts } from "./poseParts.ts";
import { poseScore } from "./poseScore.ts";

// Inputs and numbers of mmpose's own tests (Apache-2.0); the file says from which.
const golden = path.resolve(import.meta.dirname, "../../../../test/golden/domain");
const mmpose = JSON.parse(readFileSync(path.join(golden, "mmpose_expected.json"), "utf8")) as Expected;
const data = path.resolve(import.meta.dirname, "../../../../../shared/data");

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
  readonly coco_metric_topdown_alignment: Readonly<Record<string, readonly number[]>>;
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

describe.skipIf(!existsSync(data))("CocoMetric, partition and CrowdPose of mmpose (skipped when shared/data is absent)", () => {
  const expected = mmpose.coco_metric_topdown_alignment;
  const { annotations, images } = read<CocoFile>("mmpose/coco/test_coco.json");
  const truth = annotations.map(truthOf);
  const imageIds = images.map(({ id }) => id);
  const evaluate = (found: readonly PoseDetection[]): OksEvaluation =>
    evaluateOks(truth, found, { sigmas: coco17.sigmas, imageIds, dropUnscored: true });
  const cases = {
    "case1 bbox_keypoint + oks_nms": () => suppressed(shifted(), "bbox_keypoint", oksNms),
    "case2 bbox_rle + oks_nms (score = box + mean(kp) + max(kp))": () => suppressed(shifted(), "bbox_rle", oksNms),
    "case3 bbox_keypoint + soft_oks_nms": () => suppressed(twice(), "bbox_keypoint", softOksNms),
    "perfect predictions": () => suppressed(shifted(1, 1), "bbox", (found) => found.map((_, i) => i)),
  } as const;

  test.each(Object.entries(cases))("%s, to 1e-9", (name, detections) => {
    expectNumbers(evaluate(detections()), expected[name]!);
  });

  /** One detection per annotation, in f32 as mmpose's tests make them: rounding decides which scores are equal. */
  function shifted(scaleX = 0.98, scaleY = 1.02): PoseDetection[] {
    return annotations.map(({ image_id, keypoints }) => ({
      imageId: image_id,
      keypoints: keypoints.map((value, i) => Math.fround(value * [scaleX, scaleY, 0.8][i % 3]!)),
      score: 0.98,
    }));
  }

  /** Two detections per annotation, in the order of their ids; where an id repeats, the first stays. */
  function twice(): PoseDetection[] {
    const ids = new Map<string, { readonly id: number; readonly detection: PoseDetection }>();
    for (const [i, { id, image_id, keypoints }] of annotations.entries()) {
      const scaled = (x: number, y: number, v: number, score: number): PoseDetection => ({
        imageId: image_id,
        keypoints: keypoints.map((value, at) => Math.fround(value * [x, y, v][at % 3]!)),
        score,
      });
      const [less, more, most] = [1 - i / 100, 1 + i / 100, 1 - (2 * i) / 100];
      for (const entry of [
        { id, detection: scaled(less, more, less, 1) },
        { id: id + 1, detection: scaled(more, less, most, most) },
      ]) {
        const key = `${image_id} ${entry.id}`;
        if (!ids.has(key)) ids.set(key, entry);
      }
    }
    return [...ids.values()].sort((a, b) => a.id - b.id).map(({ detection }) => detection);
  }

  function suppressed(
    detections: readonly PoseDetection[],
    mode: "bbox" | "bbox_keypoint" | "bbox_rle",
    nms: typeof oksNms,
  ): PoseDetection[] {
    const scored = detections.map((detection) => ({ ...detection, score: poseScore(mode, detection.score, detection.keypoints) }));
    return imageIds.flatMap((id) => {
      const here = scored.filter(({ imageId }) => imageId === id);
      return nms(here, { sigmas: coco17.sigmas, threshold: 0.9 }).map((i) => here[i]!);
    });
  }

  test("each part of a whole body, to the four places that are known", () => {
    const file = read<CocoFile>("mmpose/coco/test_keypoint_partition_metric.json");
    const rule = read<Record<string, Partition>>("coco-ap/expected.json").mmpose_partition_test!;
    expect(wholeBodyParts).toEqual(rule.parts);
    const found = file.annotations.map(
      ({ image_id, keypoints }): PoseDetection => ({
        imageId: image_id,
        keypoints: keypoints.map((value, i) => value * [0.99, 1.02, 0.8][i % 3]!),
        score: 1,
      }),
    );
    const sigmas = JSON.parse(readFileSync(path.join(golden, "wholebody_sigmas.json"), "utf8")) as number[];
    const result = evaluateParts(file.annotations.map(truthOf), found, wholeBodyParts, {
      sigmas,
      imageIds: file.images.map(({ id }) => id),
    });
    for (const [part, [AP, AR]] of Object.entries(rule.reproduced_AP_AR)) {
      expect(Math.abs(result[part]!.AP - AP), `${part} AP ${result[part]!.AP}`).toBeLessThan(5e-5);
      expect(Math.abs(result[part]!.AR - AR), `${part} AR`).toBeLessThan(5e-5);
    }
  });

  test("CrowdPose: perfect predictions are 1 where there are images of that crowding, else −1", () => {
    const file = read<CocoFile>("mmpose/crowdpose/test_crowdpose.json");
    const found = file.annotations.map(({ image_id, keypoints }) => ({ imageId: image_id, keypoints, score: 1 }));
    const crowdIndex = new Map<ImageId, number>(file.images.map(({ id, crowdIndex: index = 0 }) => [id, index]));
    const sigmas = [0.79, 0.79, 0.72, 0.72, 0.62, 0.62, 1.07, 1.07, 0.87, 0.87, 0.89, 0.89, 0.79, 0.79].map((sigma) => sigma / 10);
    const result = evaluateCrowdLevels(file.annotations.map(truthOf), found, crowdIndex, { sigmas });
    for (const name of ["AP", "AP50", "AP75", "AR", "AR50", "AR75"] as const) expect(result.whole[name]).toBeCloseTo(1, 12);
    expect(result.AP_M).toBeCloseTo(1, 12);
    expect([result.AP_E, result.AP_H]).toEqual([-1, -1]);
  });
});

interface CocoFile {
  readonly images: readonly { readonly id: number; readonly crowdIndex?: number }[];
  readonly annotations: readonly {
    readonly id: number;
    readonly image_id: number;
    readonly keypoints: readonly number[];
    readonly bbox: readonly [number, number, number, number];
    readonly area?: number;
    readonly iscrowd: 0 | 1;
  }[];
}

interface Partition {
  readonly parts: Readonly<Record<string, JointRange>>;
  readonly reproduced_AP_AR: Readonly<Record<string, readonly [number, number]>>;
}

function truthOf({ image_id, keypoints, bbox: [x, y, width, height], area = 0, iscrowd }: CocoFile["annotations"][number]): OksTruth {
  return { imageId: image_id, keypoints, box: { x, y, width, height }, area, crowd: iscrowd === 1 };
}

function read<T>(file: string): T {
  return JSON.parse(readFileSync(path.join(data, file), "utf8")) as T;
}

function expectNumbers(result: OksEvaluation, expected: readonly number[]): void {
  for (const [i, name] of oksNumberNames.entries())
    expect(Math.abs(result[name] - expected[i]!), `${name} ${result[name]}`).toBeLessThan(1e-9);
}

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
