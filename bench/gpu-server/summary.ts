import { spawnSync } from "node:child_process";
import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { StepResult } from "./runStep.ts";
import { stepFindings } from "./stepFindings.ts";

/** A run of steps as far as it has come. */
export interface StepsSoFar {
  /** Folder to bring the results to; made when absent. */
  readonly out: string;
  /** Folder with a folder a step. */
  readonly results: string;
  /** What packed.json says: commit, versions, sizes. */
  readonly packed: unknown;
  /** Environment variables that point to the graphics driver. */
  readonly driver: Readonly<Record<string, string>>;
  /** When it began, ISO 8601. */
  readonly begun: string;
  /** The command line. */
  readonly words: readonly string[];
  readonly steps: readonly StepResult[];
}

/**
 * Writes summary.md, summary.json and results.tar.gz (everything that the steps wrote) anew: three files, because places that lend a GPU often
 * bring back few. Called after each step, so that a machine that is taken away leaves what was found until then.
 */
export function bringResults(run: StepsSoFar): void {
  mkdirSync(run.out, { recursive: true });
  const { packed, driver, begun, words, steps } = run;
  replace(path.join(run.out, "summary.json"), `${JSON.stringify({ packed, driver, begun, words, steps }, null, 1)}\n`);
  replace(path.join(run.out, "summary.md"), summaryText(run));
  const archive = path.join(run.out, "results.tar.gz");
  const { status, error, stderr } = spawnSync("tar", ["-czf", `${archive}.new`, "-C", run.results, "."], { encoding: "utf8" });
  if (status !== 0) throw new Error(`tar could not write ${archive}: ${error?.message ?? stderr}`);
  renameSync(`${archive}.new`, archive);
}

/** A line a step, what failed, and what the steps found. */
export function summaryText({ packed, driver, begun, words, steps, results }: StepsSoFar): string {
  const failed = steps.filter(({ result }) => result === "failed" || result === "stopped");
  const findings = steps.map((step) => ({ name: step.name, text: stepFindings(results, step) })).filter(({ text }) => text !== "");
  return [
    "# Kindling on a GPU server",
    `run-all.sh ${words.join(" ")}`.trim(),
    `begun ${begun}, packed ${JSON.stringify(packed)}, driver ${JSON.stringify(driver)}`,
    ["| step | result | s | why |", "| --- | --- | --- | --- |", ...steps.map(row)].join("\n"),
    failed.length === 0 ? "Nothing failed." : `FAILED: ${failed.map(({ name }) => name).join(", ")}`,
    ...findings.map(({ name, text }) => `## ${name}\n\n${text}`),
    "",
  ].join("\n\n");
}

function row({ name, result, seconds, why = "" }: StepResult): string {
  return `| ${name} | ${result} | ${seconds.toFixed(1)} | ${why.replaceAll("|", "\\|")} |`;
}

function replace(file: string, text: string): void {
  writeFileSync(`${file}.new`, text);
  renameSync(`${file}.new`, file);
}
