import type { Problem, VariantRace } from "@kindling/kernels";
import type { Report } from "../command.ts";
import { textTable } from "../textTable.ts";

/** What `kindling tune` found and where it wrote it. */
export interface Tuned {
  readonly adapter: string;
  readonly clock: "timestamps" | "host";
  readonly races: readonly VariantRace[];
  readonly file: string;
}

/** One line a race, the largest gain first. */
export function tuneReport({ adapter, clock, races, file }: Tuned): Report {
  const rows = races.map(rowOf).sort((a, b) => (b.ratio ?? Number.POSITIVE_INFINITY) - (a.ratio ?? Number.POSITIVE_INFINITY));
  const others = rows.filter(({ variant, ruleOfThumb }) => variant !== ruleOfThumb).length;
  const table = textTable([
    ["kernel", "chosen", "rule of thumb", "ratio", "µs", "types", "problem"],
    ...rows.map(({ kernel, variant, ruleOfThumb, ratio, microseconds, dtypes, problem }) => [
      kernel,
      variant,
      ruleOfThumb === variant ? "the same" : ruleOfThumb,
      ratio === null ? "∞" : ratio.toFixed(2),
      microseconds[variant]!.toFixed(1), // what is chosen was timed
      dtypes,
      shortProblem(problem),
    ]),
  ]);
  const how = clock === "timestamps" ? "the adapter's timestamps" : "the host's clock";
  return {
    json: { choices: rows, adapter, clock, file },
    text: [
      table,
      "",
      `on ${adapter}, by ${how}; ratio: how many times as long the rule of thumb's variant takes`,
      `${races.length} problems, ${others} by another variant than the rule of thumb's; written to ${file}`,
    ].join("\n"),
  };
}

function rowOf({ choice, ruleOfThumb, rejected }: VariantRace) {
  const expected = choice.microseconds[ruleOfThumb];
  return { ...choice, ruleOfThumb, ratio: expected === undefined ? null : expected / choice.microseconds[choice.variant]!, rejected };
}

/** `batch 1, height 96, …`; a switch that is off is left out, one that is on is its name. */
function shortProblem(problem: Problem): string {
  return Object.entries(problem)
    .filter(([, value]) => value !== false)
    .map(([name, value]) => (value === true ? name : `${name} ${value}`))
    .join(", ");
}
