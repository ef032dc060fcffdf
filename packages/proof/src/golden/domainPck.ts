import { pck } from "@kindling/pose";
import { checked, compared, type GoldenOutcome } from "./goldenCase.ts";
import { field, items, number, numbers } from "./jsonValues.ts";

/** PCK as mmpose's `keypoint_pck_accuracy`: per joint, mean, and how many joints have labels. */
export function checkPck(entry: unknown): GoldenOutcome {
  const truth = items(field(entry, "target"));
  const masks = items(field(entry, "mask")).map(numbers);
  return checked(
    items(field(entry, "cases")).flatMap((item, i) => {
      const norms = items(field(item, "norm")).map(numbers);
      const samples = items(field(entry, "output")).map((points, n) => ({
        predicted: items(points).flatMap((point) => [...numbers(point), 1]),
        truth: items(truth[n]).flatMap((point, k) => [...numbers(point), masks[n]?.[k] ?? 0]),
        norm: norms[n]?.[0] ?? 0, // both axes have the same
      }));
      const result = pck(samples, number(field(entry, "thr")));
      const perJoint = result.perJoint.map((fraction) => fraction ?? -1); // mmpose's mark of a joint without labels
      return [
        compared(`acc${i}`, perJoint, numbers(field(item, "acc"))),
        compared(`avg${i}`, [result.pck], [number(field(item, "avg"))]),
        compared(`cnt${i}`, [result.counts.filter((count) => count > 0).length], [number(field(item, "cnt"))]),
      ];
    }),
  );
}
