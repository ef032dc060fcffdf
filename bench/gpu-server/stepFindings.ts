import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import type { StepResult } from "./runStep.ts";

/** What a step left in its folder that is worth reading at once, as Markdown; empty when it left nothing. */
export function stepFindings(results: string, { name, result }: StepResult): string {
  const folder = path.join(results, name);
  const found = filesBelow(folder).flatMap(findingsOf);
  const log = result === "passed" ? [] : lastLines(path.join(folder, "log.txt"));
  return [...found, ...log].join("\n\n");
}

function filesBelow(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  const entries = readdirSync(folder, { withFileTypes: true, recursive: true }).filter((entry) => entry.isFile());
  return entries.map((entry) => path.join(entry.parentPath, entry.name)).sort();
}

function findingsOf(file: string): readonly string[] {
  const name = path.basename(file);
  const text = readFileSync(file, "utf8").trim();
  if (text === "") return [];
  if (name === "doctor.txt") return [fenced(text)];
  if (name.endsWith(".md")) return [text.replace(/^#+ /gm, "#### ")];
  if (name === "pytorch.jsonl") return [pyTorchText(text.split("\n").flatMap(parse))];
  if (name.endsWith(".jsonl")) return [trainingText(name, text.split("\n").flatMap(parse))];
  const reader = readers[name];
  return reader ? parse(text).map(reader) : [];
}

/** Of the files that commands print with --json, by name. */
const readers: Readonly<Record<string, (json: Json) => string>> = {
  "verify.json": ({ cases, failed, unsupported, adapter }) =>
    `${list(cases).length - number(failed)} cases agree with PyTorch, ${number(failed)} do not, ${list(unsupported).length} not checked, on ${adapter}${failedNames(cases)}`,
  "gradcheck.json": ({ cases, failed, worst, adapter }) =>
    `${list(cases).length - number(failed)} checks passed, ${number(failed)} failed, on ${adapter}; worst: ${JSON.stringify(worst)}${failedNames(cases)}`,
  "demo.json": ({ teacher, baseline, distilled, seconds }) =>
    `PCK of teacher, baseline, distilled: ${[teacher, baseline, distilled].map((one) => number((one as Json).pck).toFixed(3)).join(", ")}; ${number(seconds).toFixed(1)} s in all`,
};

function pyTorchText(rows: readonly Json[]): string {
  const cells = rows.map(({ name, precision, size, milliseconds, best, imagesPerSecond }) => [
    ...[name, precision, size].map(String),
    ...[milliseconds, best, imagesPerSecond].map((value) => number(value).toPrecision(4)),
  ]);
  const lines = [["what", "precision", "size", "ms", "best", "images/s"], Array(6).fill("---"), ...cells];
  const table = lines.map((line) => `| ${line.join(" | ")} |`).join("\n");
  return `PyTorch on ${rows[0]?.device}, ${JSON.stringify(rows[0]?.versions)}\n\n${table}`;
}

function trainingText(name: string, events: readonly Json[]): string {
  const epochs = events.filter(({ kind }) => kind === "epoch");
  const speeds = epochs.map(({ imagesPerSecond }) => number(imagesPerSecond).toFixed(0));
  const losses = epochs.map(({ losses: terms }) => number((terms as Json).total).toPrecision(4));
  return `${name}: images/s of each epoch ${speeds.join(", ")}; loss ${losses.join(", ")}`;
}

type Json = Readonly<Record<string, unknown>>;

/** The object of a line; none of a line that a command was stopped in the middle of. */
function parse(text: string): readonly Json[] {
  try {
    return [JSON.parse(text) as Json]; // what our own commands print
  } catch {
    return [];
  }
}

const number = (value: unknown): number => (typeof value === "number" ? value : Number.NaN);
const list = (value: unknown): readonly Json[] => (Array.isArray(value) ? value : []);

function failedNames(cases: unknown): string {
  const failed = list(cases).filter(({ pass }) => pass === false);
  return failed.map(({ name, op, case: of, variants, dtype }) => `\n- FAILED ${name ?? [op, of, variants, dtype].join(" ")}`).join("");
}

function lastLines(file: string): readonly string[] {
  const text = existsSync(file) ? readFileSync(file, "utf8").trim() : "";
  return text === "" ? [] : [fenced(text.split("\n").slice(-12).join("\n"))];
}

const fenced = (text: string): string => `\`\`\`\n${text}\n\`\`\``;
