import path from "node:path";
import type { Device } from "@kindling/gpu";
import { writeFileAtomically } from "@kindling/trainer";
import { makeOutputFolder } from "../outputFolder.ts";
import { versions } from "../versions.ts";
import { markdownTable } from "./markdownTable.ts";

/** What a benchmark may be told. */
export interface BenchOptions {
  /** Samples of each measurement. */
  readonly rounds: number;
  /** Longest time for the samples of one measurement. */
  readonly seconds: number;
  /** Only what has a name that begins so. */
  readonly only: string;
  readonly signal: AbortSignal;
  /** Tells what is measured now. */
  note(text: string): void;
}

/** One line of a table: numbers unrounded, text; null where there is nothing to say. */
export type BenchRow = Readonly<Record<string, string | number | boolean | null>>;

/** A column of the table, by the key of the rows. */
export interface BenchColumn {
  readonly key: string;
  /** Heading with its unit. */
  readonly heading: string;
}

/** What a benchmark found. */
export interface BenchTable {
  /** "kernels", "step", … */
  readonly bench: string;
  readonly title: string;
  readonly columns: readonly BenchColumn[];
  readonly results: readonly BenchRow[];
  /** What a reader must know to read the numbers. */
  readonly notes: readonly string[];
}

/** A table with where and when it was made. */
export interface BenchReport extends BenchTable {
  readonly adapter: string;
  readonly fingerprint: string;
  readonly software: boolean;
  readonly date: string;
  /** The command that made it. */
  readonly command: string;
  readonly versions: Readonly<Record<string, string>>;
}

/** Adds adapter, date and command to a table. */
export function benchReport(table: BenchTable, device: Device, words: readonly string[]): BenchReport {
  const wishes = ["KINDLING_ADAPTER", "KINDLING_CHOICES"]
    .filter((name) => process.env[name])
    .map((name) => `${name}=${process.env[name]} `);
  return {
    ...table,
    adapter: device.info.description,
    fingerprint: device.fingerprint,
    software: device.info.software,
    date: new Date().toISOString(),
    command: `${wishes.join("")}npx kindling ${words.map(withoutFolders).join(" ")}`,
    versions: versions(),
  };
}

/** A word whose value is an absolute path, with its last name alone: reports are published, folders of a machine are not. */
export function withoutFolders(word: string): string {
  const [, key = "", value] = /^([\w.-]+=)?(.*)$/s.exec(word)!; // matches every text
  return path.isAbsolute(value!) ? `${key}…/${path.basename(value!)}` : word;
}

/** The report as a page: what and where, the table, the notes. */
export function benchMarkdown(report: BenchReport): string {
  return [
    `# ${report.title}`,
    "",
    `${report.date.slice(0, 16).replace("T", " ")} UTC · ${report.adapter} (${report.software ? "software" : "hardware"}) · \`${report.fingerprint}\``,
    "",
    `\`${report.command}\``,
    "",
    markdownTable(report.columns, report.results),
    ...(report.notes.length > 0 ? ["", ...report.notes.map((note) => `- ${note}`)] : []),
    "",
  ].join("\n");
}

/** Writes BENCH.json and BENCH.md to a folder, which is made; returns their paths. @throws InputError when it cannot be made. */
export async function writeBenchReport(report: BenchReport, folder: string): Promise<readonly string[]> {
  await makeOutputFolder("out", folder);
  const files = ["json", "md"].map((extension) => path.join(folder, `${report.bench}.${extension}`));
  await writeFileAtomically(files[0]!, `${JSON.stringify(report, null, 1)}\n`);
  await writeFileAtomically(files[1]!, benchMarkdown(report));
  return files;
}
