import {
  boxNms,
  cocoWholebody133,
  endPointError,
  heatmapPck,
  type MpjpeSample,
  mpjpe,
  normalizedMeanError,
  type Pck,
  type PckSample,
  type Point3,
  pck,
  pckAuc,
} from "@kindling/pose";
import { checked, compared, type GoldenOutcome, type TensorCheck } from "./goldenCase.ts";
import { field, items, number, numbers } from "./jsonValues.ts";

/** PCK as mmpose's `keypoint_pck_accuracy`: per joint, mean, and how many joints have labels. */
export function checkPck(entry: unknown): GoldenOutcome {
  return checked(
    items(field(entry, "cases")).flatMap((item, i) => {
      const norms = items(field(item, "norm")).map((norm): readonly [number, number] => {
        const [x = 0, y = 0] = numbers(norm);
        return [x, y];
      });
      return comparedPck(pck(samplesOf(entry, norms), number(field(entry, "thr"))), item, String(i));
    }),
  );
}

/** The area under the curve of PCK over four thresholds, end-point error and normalised mean error. */
export function checkErrors(entry: unknown): GoldenOutcome {
  const count = items(field(entry, "output")).length;
  const samples = (norm: number): readonly PckSample[] => samplesOf(entry, Array<number>(count).fill(norm));
  return checked([
    compared("auc", [pckAuc(samples(20), 4)], [number(field(entry, "auc_norm20_4steps"))]),
    compared("epe", [endPointError(samples(1)) ?? Number.NaN], [number(field(entry, "epe"))]),
    compared("nme", [normalizedMeanError(samples(1)) ?? Number.NaN], [number(field(entry, "nme_norm1"))]),
  ]);
}

/** PCK of heatmaps; the entry says in words where their peaks are. */
export function checkHeatmapPck(entry: unknown): GoldenOutcome {
  const [side, joints] = [64, 5];
  const maps = (...peaks: readonly number[]): Float32Array => {
    const values = new Float32Array(side * side * joints);
    for (const [k, at] of peaks.entries()) values[(at * side + at) * joints + k] = 1;
    return values;
  };
  const pair = { predicted: maps(20, 30), target: maps(10, 30), size: { width: side, height: side }, joints };
  return checked(comparedPck(heatmapPck(pair, [1, 1, 0, 0, 0]), entry, ""));
}

/** Mean per joint position error: plain, after Procrustes' alignment, after scaling. */
export function checkMpjpe(entry: unknown): GoldenOutcome {
  const points = (list: unknown): readonly Point3[] =>
    items(list).map((point) => {
      const [x = 0, y = 0, z = 0] = numbers(point);
      return [x, y, z];
    });
  const [targets, masks] = [items(field(entry, "target")), items(field(entry, "mask")).map(numbers)];
  const samples = items(field(entry, "output")).map((list, n): MpjpeSample => {
    return { predicted: points(list), truth: points(targets[n]), mask: (masks[n] ?? []).map((value) => value > 0) };
  });
  const check = (name: string, value: number | null): TensorCheck => compared(name, [value ?? Number.NaN], [number(field(entry, name))]);
  return checked([
    check("mpjpe", mpjpe(samples)),
    check("p_mpjpe", mpjpe(samples, "procrustes")),
    check("s_mpjpe", mpjpe(samples, "scale")),
  ]);
}

/** Boxes that are kept, and those that each stands for. */
export function checkBoxNms(entry: unknown): GoldenOutcome {
  const boxes = items(field(entry, "boxes_xyxy")).map((box) => {
    const [x = 0, y = 0, right = 0, bottom = 0] = numbers(box);
    return { x, y, width: right - x, height: bottom - y };
  });
  const groups = boxNms(boxes, numbers(field(entry, "scores")), number(field(entry, "thr")));
  const expected = items(field(entry, "groups")).map(numbers);
  return checked([
    compared(
      "keep",
      groups.map(([kept = Number.NaN]) => kept),
      numbers(field(entry, "keep")),
    ),
    compared("groups", groups.flat(), expected.flat()),
    compared(
      "sizes of groups",
      groups.map((group) => group.length),
      expected.map((group) => group.length),
    ),
  ]);
}

/** The σ of COCO-WholeBody's joints. */
export function checkWholeBodySigmas(entry: unknown): GoldenOutcome {
  return checked([compared("sigmas", cocoWholebody133.sigmas, numbers(entry))]);
}

function comparedPck(result: Pck, expected: unknown, suffix: string): readonly TensorCheck[] {
  const perJoint = result.perJoint.map((fraction) => fraction ?? -1); // mmpose's mark of a joint without labels
  return [
    compared(`acc${suffix}`, perJoint, numbers(field(expected, "acc"))),
    compared(`avg${suffix}`, [result.pck], [number(field(expected, "avg"))]),
    compared(`cnt${suffix}`, [result.counts.filter((count) => count > 0).length], [number(field(expected, "cnt"))]),
  ];
}

function samplesOf(entry: unknown, norms: readonly PckSample["norm"][]): readonly PckSample[] {
  const [targets, masks] = [items(field(entry, "target")), items(field(entry, "mask")).map(numbers)];
  return items(field(entry, "output")).map((points, n) => ({
    predicted: items(points).flatMap((point) => [...numbers(point), 1]),
    truth: items(targets[n]).flatMap((point, k) => [...numbers(point), masks[n]?.[k] ?? 0]),
    norm: norms[n] ?? 0,
  }));
}
