import type { VariantChoices } from "@kindling/gpu";
import type { Problem } from "../kernel.ts";
import { problemText } from "./kernelCall.ts";

/** What a race between the variants of a kernel found for one call. */
export interface TunedChoice {
  readonly kernel: string;
  /** Storage types, as `dtypesOf` writes them. */
  readonly dtypes: string;
  readonly problem: Problem;
  /** Of all variants that took part; with others the choice no longer holds. */
  readonly sources: string;
  /** The variant to take. */
  readonly variant: string;
  /** Medians of every variant that was timed. */
  readonly microseconds: Readonly<Record<string, number>>;
}

/** The content of a file of choices. */
export interface TunedChoices {
  /** Fingerprint of the adapter that they were measured on. */
  readonly adapter: string;
  readonly choices: readonly TunedChoice[];
}

/** A file that holds no choices, or those of another adapter. */
export class TunedChoicesError extends Error {
  override readonly name = "TunedChoicesError";
}

/** Choices as a device carries them. Of two for the same call and sources the later one holds. */
export function variantChoices(choices: readonly TunedChoice[]): VariantChoices {
  const byCall = new Map<string, Map<string, string>>();
  for (const choice of choices) {
    const call = textOf(choice);
    const bySources = byCall.get(call) ?? new Map<string, string>();
    byCall.set(call, bySources.set(choice.sources, choice.variant));
  }
  return byCall;
}

/** The choices of both, one a call: those of `added` replace those before. */
export function mergeChoices(before: readonly TunedChoice[], added: readonly TunedChoice[]): readonly TunedChoice[] {
  return [...new Map([...before, ...added].map((choice) => [textOf(choice), choice])).values()];
}

/** Choices as a file: one line each, sorted by kernel, storage and problem, so that people can read it and compare two. */
export function formatChoices({ adapter, choices }: TunedChoices): string {
  const lines = choices
    .map((choice) => ({ text: textOf(choice), line: lineOf(choice) }))
    .sort((a, b) => (a.text < b.text ? -1 : 1))
    .map(({ line }) => `\n    ${line}`);
  return `{\n  "format": ${format},\n  "adapter": ${JSON.stringify(adapter)},\n  "choices": [${lines.join(",")}\n  ]\n}\n`;
}

/**
 * Reads what {@link formatChoices} wrote. `where` names the file in errors.
 * @throws TunedChoicesError when it is no such file, or that of another adapter.
 */
export function parseChoices(text: string, adapter: string, where: string): TunedChoices {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    throw new TunedChoicesError(`${where}: is no file of tuned choices: ${(error as Error).message}`, { cause: error }); // JSON.parse throws SyntaxError
  }
  return checkedChoices(content, adapter, where);
}

/** The same of content that was parsed already. @throws TunedChoicesError as {@link parseChoices}. */
export function checkedChoices(content: unknown, adapter: string, where: string): TunedChoices {
  if (!isRecord(content) || !("choices" in content)) throw new TunedChoicesError(`${where}: is no file of tuned choices`);
  if (content.format !== format) {
    throw new TunedChoicesError(`${where}: has format ${JSON.stringify(content.format)}, and this version reads ${format}`);
  }
  if (content.adapter !== adapter) {
    throw new TunedChoicesError(`${where}: holds the choices of ${JSON.stringify(content.adapter)}, not of ${adapter}`);
  }
  const { choices } = content;
  if (!Array.isArray(choices)) throw new TunedChoicesError(`${where}: its "choices" are no list`);
  const wrong = choices.findIndex((choice: unknown) => !isChoice(choice));
  if (wrong >= 0) throw new TunedChoicesError(`${where}: choice ${wrong} is damaged`);
  return { adapter, choices: choices as TunedChoice[] }; // each was checked
}

/** Changes with the meaning of the file. */
const format = 1;

function textOf({ kernel, dtypes, problem }: TunedChoice): string {
  return `${kernel} ${dtypes} ${problemText(problem)}`;
}

function lineOf({ kernel, dtypes, problem, sources, variant, microseconds }: TunedChoice): string {
  const rounded = Object.fromEntries(Object.entries(microseconds).map(([id, value]) => [id, Number(value.toPrecision(4))]));
  return JSON.stringify({ kernel, dtypes, problem: JSON.parse(problemText(problem)) as Problem, sources, variant, microseconds: rounded });
}

function isChoice(value: unknown): value is TunedChoice {
  if (!isRecord(value) || !isRecord(value.problem) || !isRecord(value.microseconds)) return false;
  const names = [value.kernel, value.dtypes, value.sources, value.variant];
  return names.every((name) => typeof name === "string") && Object.values(value.microseconds).every((time) => typeof time === "number");
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
