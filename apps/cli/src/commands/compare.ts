import type { Command } from "commander";
import { defineCommand } from "../command.ts";
import type { ComparedRuns } from "../compare/runComparison.ts";
import { InputError } from "../exit.ts";
import type { Shell } from "../shell.ts";
import { textTable } from "../textTable.ts";

/** `kindling compare RECIPE… [seeds=1,2,3]`: trains the arms on the same budget and says whether distillation helped. */
export function compare(shell: Shell): Command {
  return defineCommand(shell, {
    name: "compare",
    summary: "trains recipes on the same budget, data order and seeds, and says which is better, with its uncertainty",
    operands: [{ name: "RECIPE", help: "recipes, the first is the baseline; FIRST.yaml+SECOND.yaml trains two stages", many: true }],
    keys: {
      seeds: { kind: "numbers", default: [1, 2, 3], help: "every arm is trained once with each" },
      out: { kind: "path", default: "runs/compare", help: "folder of the runs, the report and the picture; the same one goes on" },
      budget: {
        kind: "choice",
        choices: ["equal", "any"],
        default: "equal",
        help: "equal: epochs, persons, batch, input, crops and augmentation must be the same; any: they may differ",
      },
    },
    overrides:
      "replaces a value of every recipe, of a teacher where a recipe has it: epochs=4, limit=500, data.train.data=…, teacher.gate=warn",
    async run({ operands, values: { seeds, out, budget }, overrides, progress, signal, words }) {
      const wrong = seeds.find((seed) => !Number.isInteger(seed) || seed < 0 || seed > 0xffff_ffff);
      if (wrong !== undefined) throw new InputError(`seeds: expected whole numbers of 0 … 2³² − 1; got ${wrong}`);
      const { runComparison } = await import("../compare/runComparison.ts");
      const { verdictText } = await import("../compare/comparison.ts");
      const changes = Object.fromEntries(overrides.map(({ key, value }) => [key, value]));
      const anyBudget = budget === "any";
      const compared = await runComparison({ operands, seeds, changes, anyBudget, out, words, progress, signal });
      if (!compared) {
        progress.note("stopped and saved; the same command goes on");
        return undefined;
      }
      const verdict = verdictText(compared.comparison);
      const { comparison, teachers, adapter, report, picture, file, threshold } = compared;
      return {
        json: {
          arms: comparison.arms.map(({ name, mean, low, high, pcks }) => ({ name, mean, low, high, pcks })),
          verdict,
          differences: comparison.differences.map(({ perJoint, ...difference }) => ({
            ...difference,
            perJoint: Object.fromEntries(perJoint.map((gain, joint) => [compared.joints[joint], gain])),
          })),
          teachers,
          threshold,
          adapter,
          files: { report, picture, compare: file },
        },
        text: textOf(compared, verdict),
      };
    },
  });
}

function textOf({ comparison, teachers, threshold, report }: ComparedRuns, verdict: string): string {
  const rows = comparison.arms.map(({ name, mean, low, high }) => [name, mean.toFixed(3), `${low.toFixed(3)}–${high.toFixed(3)}`]);
  const reference = teachers.map(({ name, pck }) => [`teacher ${name}`, pck.toFixed(3), ""]);
  return [textTable([["arm", `PCK@${threshold}`, "95 %"], ...rows, ...reference]), verdict, report].join("\n");
}
