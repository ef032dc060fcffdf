import type { EarlyExitAccuracy, ExitAccuracy } from "./exitAccuracy.ts";
import { textTable } from "./textTable.ts";

/** Exits as a table: each alone, the work until there and its share of the whole network's. */
export function exitTable(exits: readonly ExitAccuracy[], measure: string): string {
  const whole = exits[exits.length - 1]!.macs; // there are exits
  return textTable([
    ["exit", measure, "MACs", "of all", "parameters"],
    ...exits.map(({ name, pck, macs, parameters }) => [name, pck.toFixed(3), String(macs), share(macs, whole), String(parameters)]),
  ]);
}

/** Accuracy against mean work, a threshold a row. */
export function sweepTable(rows: readonly EarlyExitAccuracy[], exits: readonly ExitAccuracy[], measure: string): string {
  const whole = exits[exits.length - 1]!.macs;
  return textTable([
    ["exit=", measure, "mean MACs", "of all", ...exits.map(({ name }) => `left at ${name}`)],
    ...rows.map(({ exit, pck, meanMacs, left }) => [
      exit.toFixed(3),
      pck.toFixed(3),
      String(Math.round(meanMacs)),
      share(meanMacs, whole),
      ...left.map(String),
    ]),
  ]);
}

/** "12 persons left at heatmaps.1, 3 at heatmaps.4: 1234567 MACs a person, 61.2 % of all". */
export function exitWorkText(
  { meanMacs, left }: Pick<EarlyExitAccuracy, "meanMacs" | "left">,
  exits: readonly { readonly name: string; readonly macs: number }[],
): string {
  const places = exits.flatMap(({ name }, at) => (left[at] === 0 ? [] : [`${left[at]} at ${name}`]));
  return `left ${places.join(", ")}: ${Math.round(meanMacs)} MACs a person, ${share(meanMacs, exits[exits.length - 1]!.macs)} of all`;
}

function share(macs: number, whole: number): string {
  return `${((100 * macs) / whole).toFixed(1)} %`;
}
