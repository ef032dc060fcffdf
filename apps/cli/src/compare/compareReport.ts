import { type Comparison, points, verdictText } from "./comparison.ts";

/** What a report says beside the figures. */
export interface CompareReportFacts {
  readonly command: string;
  readonly adapter: string;
  readonly seeds: readonly number[];
  readonly epochs: readonly number[];
  readonly persons: { readonly training: number; readonly validation: number };
  readonly images: number;
  readonly batchSize: number;
  readonly input: readonly [number, number];
  readonly threshold: number;
  readonly joints: readonly string[];
  readonly teachers: readonly { readonly name: string; readonly pck: number }[];
}

/** report.md: the verdict, the table, the picture, the gains joint by joint, and how all of it was made. */
export function compareReport(comparison: Comparison, facts: CompareReportFacts): string {
  const { arms, differences } = comparison;
  const { seeds, epochs, persons, images, batchSize, input, threshold, joints, teachers } = facts;
  const interval = seeds.length > 1 ? `Student's over ${seeds.length} seeds` : "bootstrap over images";
  const rows = arms.map(({ name, mean, low, high, pcks }, i) => {
    const difference = differences[i - 1];
    const gain = difference ? points(difference.overImages) : "baseline";
    const overSeeds = difference?.overSeeds ? points(difference.overSeeds) : "–";
    return `| ${name} | ${epochs[i]} | ${mean.toFixed(3)} | ${low.toFixed(3)}–${high.toFixed(3)} | ${pcks.map((value) => value.toFixed(3)).join(" ")} | ${gain} | ${overSeeds} | ${difference?.verdict ?? ""} |`;
  });
  const byJoint = joints.map((joint, k) => {
    const gains = differences.map(({ perJoint }) => (perJoint[k] ? points(perJoint[k]) : "–"));
    return `| ${joint} | ${gains.join(" | ")} |`;
  });
  return [
    "# Comparison",
    "",
    verdictText(comparison),
    "",
    `| arm | epochs | PCK@${threshold} | 95 % | by seed | difference over images | over seeds | |`,
    "| --- | ---: | ---: | --- | --- | --- | --- | --- |",
    ...rows,
    ...teachers.map(({ name, pck }) => `| teacher ${name} | | ${pck.toFixed(3)} | | | | | for reference |`),
    "",
    "![PCK over the epochs, and the arms' intervals](results.png)",
    "",
    "## Gains joint by joint",
    "",
    `| joint | ${differences.map(({ name }) => name).join(" | ")} |`,
    `| --- |${differences.map(() => " --- |").join("")}`,
    ...byJoint,
    "",
    "## How it was measured",
    "",
    `- ${persons.training} persons to train on, batches of ${batchSize}, crops of ${input.join(" × ")}, seeds ${seeds.join(", ")}; each arm has the same order of persons for a seed.`,
    `- The best weights of every run, by its recipe's metric, on the same ${persons.validation} persons of ${images} images, in the boxes of the annotations. They were chosen on these persons too.`,
    `- Intervals of arms: ${interval}. Differences: paired bootstrap over images (1,000 sets) of the means over seeds${seeds.length > 1 ? ", and Student's interval of the differences seed by seed; both must exclude 0" : ""}. Nothing corrects for the number of arms or joints.`,
    `- On ${facts.adapter}: \`${facts.command}\``,
    "",
  ].join("\n");
}
