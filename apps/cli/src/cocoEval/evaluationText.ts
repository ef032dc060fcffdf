import type { OksEvaluation, OksNumbers, PoseErrors } from "@kindling/pose";
import { textTable } from "../textTable.ts";
import type { ResultsEvaluation } from "./evaluateResults.ts";

/** The numbers as a person reads them: tables, who was counted, and why a number is −1 or 0. */
export function evaluationText(result: ResultsEvaluation): string {
  const { evaluation, chosen, parts, crowd, joints, sizes, errors } = result;
  const blocks = [
    numbersTable(result),
    countsText(evaluation, chosen.name),
    ...explanationLines(result),
    ...(parts ? [textTable([["part", ...numberNames], ...Object.entries(parts).map(([name, part]) => [name, ...numbersRow(part)])])] : []),
    ...(crowd
      ? [
          textTable([
            ["crowding", "AP"],
            ["easy (below 0.2)", threeDigits(crowd.AP_E)],
            ["medium", threeDigits(crowd.AP_M)],
            ["hard (0.8 and more)", threeDigits(crowd.AP_H)],
          ]),
        ]
      : []),
    ...(sizes
      ? [
          textTable([
            ["area in pixels²", "persons", "AP", "AR"],
            ...sizes.map(({ name, persons, AP, AR }) => [name, String(persons), threeDigits(AP), threeDigits(AR)]),
          ]),
        ]
      : []),
    ...(joints
      ? [
          textTable([
            ["joint", "labels", "AP alone", "found", "similarity"],
            ...joints.map(({ labels, AP, found, similarity }, k) => [
              result.jointNames[k] ?? "",
              String(labels),
              ...[AP, found, similarity].map((value) => (value === null ? "–" : threeDigits(value))),
            ]),
          ]),
        ]
      : []),
    ...(errors ? [errorsTable(errors, result.jointNames)] : []),
  ];
  return blocks.join("\n\n");
}

const numberNames = ["AP", "AP50", "AP75", "AP_M", "AP_L", "AR", "AR50", "AR75", "AR_M", "AR_L"] as const;

const meanings: Readonly<Record<keyof OksNumbers, string>> = {
  AP: "OKS 0.50:0.95, all sizes",
  AP50: "OKS 0.50",
  AP75: "OKS 0.75",
  AP_M: "32² to 96² pixels",
  AP_L: "96² pixels and more",
  AR: "OKS 0.50:0.95, all sizes",
  AR50: "OKS 0.50",
  AR75: "OKS 0.75",
  AR_M: "32² to 96² pixels",
  AR_L: "96² pixels and more",
};

/** COCO's ten numbers, one a row, with intervals and differences where there are some. */
export function numbersTable({ evaluation, intervals, against }: Pick<ResultsEvaluation, "evaluation" | "intervals" | "against">): string {
  const bounds = (low: number, high: number): string => `${low.toFixed(3)} … ${high.toFixed(3)}`;
  const heading = [
    "",
    "value",
    ...(intervals ? ["95 % of resampled images"] : []),
    ...(against ? ["against", "difference", "95 %", "above in"] : []),
    "of",
  ];
  const rows = numberNames.map((name) => {
    const interval = intervals?.[name];
    const paired = against?.[name];
    return [
      name,
      threeDigits(evaluation[name]),
      ...(intervals ? [interval ? bounds(interval.low, interval.high) : "–"] : []),
      ...(against && paired
        ? [
            threeDigits(paired.second.value),
            signed(paired.difference.value),
            bounds(paired.difference.low, paired.difference.high),
            `${(100 * paired.above).toFixed(1)} %`,
          ]
        : []),
      ...(against && !paired ? ["–", "–", "–", "–"] : []),
      meanings[name],
    ];
  });
  return textTable([heading, ...rows]);
}

function countsText({ counts, sizes }: OksEvaluation, skeleton: string): string {
  const beyond = counts.beyondLimit > 0 ? ` (${counts.beyondLimit} more are beyond the best 20 of their image)` : "";
  return [
    `${counts.persons} persons to be found on ${counts.images} images: ${sizes.medium} medium, ${sizes.large} large; ignored: ${counts.crowds} crowds, ${counts.ignored} without key points`,
    `${counts.detections} detections${beyond}; sigmas of ${skeleton}`,
  ].join("\n");
}

/** One line for each reason, with the numbers that it explains. */
export function explanationLines({ evaluation, explanations }: Pick<ResultsEvaluation, "evaluation" | "explanations">): readonly string[] {
  const byReason = new Map<string, string[]>();
  for (const name of numberNames) {
    const reason = explanations[name];
    if (reason !== undefined) byReason.set(reason, [...(byReason.get(reason) ?? []), `${name} = ${evaluation[name]}`]);
  }
  const lines = [...byReason].map(([reason, names]) => `${names.join(", ")}: ${reason}`);
  return lines.length > 0 ? [lines.join("\n")] : [];
}

function errorsTable({ total, perJoint, AP, gained, unfound, unmatched }: PoseErrors, jointNames: readonly string[]): string {
  const kinds = ["good", "jitter", "inversion", "swap", "miss"] as const;
  const gain = (kind: (typeof kinds)[number]): string => (kind === "good" ? "" : signed(gained[kind]));
  const table = textTable([
    ["errors", ...kinds],
    ...perJoint.map((counts, k) => [jointNames[k] ?? "", ...kinds.map((kind) => String(counts[kind]))]),
    ["all joints", ...kinds.map((kind) => String(total[kind]))],
    ["AP if mended", ...kinds.map(gain)],
  ]);
  return `${table}\nAP ${threeDigits(AP)}, ${signed(gained.all)} with all four mended; ${unfound} persons were not found at all, ${unmatched} detections found nobody`;
}

function numbersRow(evaluation: OksEvaluation): readonly string[] {
  return numberNames.map((name) => threeDigits(evaluation[name]));
}

function signed(value: number): string {
  return `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(3)}`;
}

function threeDigits(value: number): string {
  return value === -1 ? "−1" : value.toFixed(3);
}
