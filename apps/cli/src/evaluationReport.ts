import { explanationLines, numbersTable } from "./cocoEval/evaluationText.ts";
import type { NetworkEvaluation } from "./evaluateNetwork.ts";
import { exitTable, exitWorkText, sweepTable } from "./exitText.ts";
import { textTable } from "./textTable.ts";

/** What of the command line a report repeats. */
export interface EvaluationValues {
  readonly boxes: string;
  readonly threshold: number;
  readonly norm: string;
  readonly results: string | undefined;
}

/** The evaluation as one JSON object: the flat keys of the command's contract, then what belongs to them. */
export function evaluationJson(result: NetworkEvaluation, values: EvaluationValues): Readonly<Record<string, unknown>> {
  const { keypoints, oks, joints, decode, flip, loss, dataset, picture, exits, early, sweep } = result;
  const { counts, sizes: _, perThreshold, ...numbers } = oks.evaluation;
  const byJoint = <T>(fractions: readonly T[]): Readonly<Record<string, T>> =>
    Object.fromEntries(joints.map((name, joint) => [name, fractions[joint]!]));
  return {
    ...(keypoints ? { pck: keypoints.pck, perJoint: byJoint(keypoints.perJoint) } : {}),
    ...numbers,
    persons: keypoints?.persons ?? counts.persons,
    boxes: values.boxes,
    ...(loss === undefined ? {} : { loss }),
    threshold: values.threshold,
    norm: values.norm,
    decode,
    flip,
    dataset,
    ...(keypoints
      ? {
          auc: keypoints.auc,
          endPointError: keypoints.endPointError,
        }
      : {}),
    perJointAP: byJoint(oks.joints.map(({ AP }) => AP)),
    perThreshold,
    counts,
    intervals: { ...(keypoints ? { pck: keypoints.interval } : {}), ...oks.intervals },
    explanations: oks.explanations,
    ...(picture ? { picture } : {}),
    ...(values.results === undefined ? {} : { results: values.results }),
    ...(exits ? { exits } : {}),
    ...(early ? { early } : {}),
    ...(sweep ? { sweep } : {}),
  };
}

/** The same as a person reads it. */
export function networkEvaluationText(result: NetworkEvaluation, { boxes, threshold, norm, results }: EvaluationValues): string {
  const { keypoints, oks, joints, decode, flip, loss, dataset, picture, exits, early, sweep } = result;
  const measure = `PCK@${threshold}${norm === "torso" ? " of the torso" : ""}`;
  const rows = joints.map((name, joint) => [
    name,
    ...(keypoints ? [fraction(keypoints.perJoint[joint]!)] : []),
    fraction(oks.joints[joint]!.AP),
    String(keypoints?.labels[joint] ?? oks.joints[joint]!.labels),
  ]);
  const means = keypoints ? [["mean", keypoints.pck.toFixed(3), "", ""]] : [];
  const kin = keypoints ? [`${intervalText(keypoints)}AUC to 30 pixels ${keypoints.auc.toFixed(3)}${errorText(keypoints)}`] : [];
  const persons = keypoints ? `${keypoints.persons} persons` : `${result.boxes} boxes for ${oks.evaluation.counts.persons} persons`;
  return [
    textTable([["joint", ...(keypoints ? [measure] : []), "AP alone", "labels"], ...rows, ...means]),
    `${persons} of ${dataset}, boxes: ${boxes}${loss === undefined ? "" : `, loss ${loss.toPrecision(4)}`}, decode: ${decode}${flip ? ", flip" : ""}`,
    ...kin,
    "",
    numbersTable(oks),
    ...explanationLines(oks),
    ...[picture, results].filter((file) => file !== undefined),
    ...(exits ? ["", exitTable(exits, measure)] : []),
    ...(exits && sweep ? ["", sweepTable(sweep, exits, measure)] : []),
    ...(exits && early ? [`exit=${early.exit}: ${measure} ${early.pck.toFixed(3)}, ${exitWorkText(early, exits)}`] : []),
  ].join("\n");
}

type Keypoints = NonNullable<NetworkEvaluation["keypoints"]>;

function intervalText({ interval }: Keypoints): string {
  return interval ? `95 % of the mean over images ${interval.low.toFixed(3)} … ${interval.high.toFixed(3)}; ` : "";
}

function errorText({ endPointError }: Keypoints): string {
  return endPointError === null ? "" : `, mean error ${endPointError.toFixed(1)} pixels`;
}

function fraction(value: number | null): string {
  return value === null ? "–" : value.toFixed(3);
}
