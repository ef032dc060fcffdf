import path from "node:path";
import type { Command } from "commander";
import { defineCommand } from "../command.ts";
import type { DemoResult } from "../demo/runDemo.ts";
import { InputError } from "../exit.ts";
import { repositoryFolder } from "../repository.ts";
import type { Shell } from "../shell.ts";
import { textTable } from "../textTable.ts";

/** `kindling demo [DIR]`: distillation from beginning to end on people that it draws itself. */
export function demo(shell: Shell): Command {
  return defineCommand(shell, {
    name: "demo",
    summary: "draws synthetic people, trains one student without and with an HRNet teacher, and compares them",
    operands: [{ name: "DIR", help: "where data, runs and pictures go; default runs/demo", optional: true }],
    keys: { seed: { kind: "integer", min: 0, default: 1, help: "of the people, of the first weights and of the order" } },
    async run({ operands: [directory], values: { seed }, progress, signal, words }) {
      const repository = repositoryFolder();
      if (!repository)
        throw new InputError("the demo's recipes and its teacher are in the repository, and there is none around this command");
      const { runDemo } = await import("../demo/runDemo.ts");
      const result = await runDemo({
        directory: path.resolve(directory ?? path.join("runs", "demo", `seed-${seed}`)),
        recipes: path.join(repository, "recipes/demo"),
        seed,
        words,
        progress,
        signal,
      });
      return { json: jsonOf(result), text: textOf(result) };
    },
  });
}

function jsonOf({ teacher, baseline, distilled, seconds, adapter, width, results, people }: DemoResult): Readonly<Record<string, unknown>> {
  return {
    teacher,
    baseline: baseline.score,
    distilled: distilled.score,
    seconds,
    adapter,
    runs: { baseline: baseline.run, distilled: distilled.run },
    width,
    pictures: { results, people },
  };
}

function textOf({ teacher, baseline, distilled, width, persons, epochs, seconds, results, people }: DemoResult): string {
  const student = `SqueezeNet of ${width} of its width, ${baseline.parameters} parameters, backbone from other drawn people`;
  const rows = [
    ["", "PCK@0.1", "loss"],
    ["teacher: HRNet", teacher.pck.toFixed(3), teacher.loss.toFixed(4)],
    ["student: ground truth alone (baseline)", baseline.score.pck.toFixed(3), baseline.score.loss.toFixed(4)],
    ["student: distilled", distilled.score.pck.toFixed(3), distilled.score.loss.toFixed(4)],
  ];
  const gain = distilled.score.pck - baseline.score.pck;
  return [
    textTable(rows),
    "",
    `student: ${student}; ${persons.train} people, ${epochs} epochs and one seed in both arms, measured on ${persons.heldOut} held-out people`,
    `distillation ${gain > 0 ? "gained" : "lost"} ${Math.abs(100 * gain).toFixed(1)} points of PCK; ${seconds.toFixed(0)} s in all`,
    `curves: ${results}`,
    `people (teacher, baseline, distilled; truth in white): ${people}`,
  ].join("\n");
}
