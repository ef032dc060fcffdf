import { Command } from "commander";
import { InputError, WorkFailedError } from "./exit.ts";
import { type Key, type Keys, type Override, parseWords, typeName, type Values } from "./keyValue.ts";
import type { Progress } from "./progress.ts";
import type { Shell } from "./shell.ts";

/** A word that is not an option: `RECIPE`, `IMAGE…`. */
export interface Operand {
  readonly name: string;
  readonly help: string;
  /** May be left out. Default false. */
  readonly optional?: boolean;
  /** One or more; only the last operand can be. Default false. */
  readonly many?: boolean;
}

/** A command as its file declares it. */
export interface CommandDeclaration<K extends Keys> {
  readonly name: string;
  /** One sentence for `kindling --help`. */
  readonly summary: string;
  readonly operands: readonly Operand[];
  readonly keys: K;
  /** What keys outside `keys` mean, where the command hands them on (dotted keys of a recipe); else they are refused. */
  readonly overrides?: string;
  /** Does the work. Heavy packages are imported inside, so that `--help` stays quick. */
  run(call: CommandCall<K>): Promise<Report | undefined>;
}

/** What a command is run with. */
export interface CommandCall<K extends Keys> {
  readonly operands: readonly string[];
  readonly values: Values<K>;
  readonly overrides: readonly Override[];
  readonly progress: Progress;
  readonly signal: AbortSignal;
  readonly words: readonly string[];
  /** With `--json`, prints one line of JSON now: for commands whose output is a line an event. Without it, nothing. */
  event(json: Readonly<Record<string, unknown>>): void;
}

/** The result of a command: `json` is printed with `--json`, `text` without. */
export interface Report {
  readonly json: Readonly<Record<string, unknown>>;
  readonly text: string;
  /** Why the exit status is 1 although there is a result: "3 of 40 cases exceed their bound". */
  readonly failed?: string;
}

/** The commander command of a declaration: parses, runs, and prints the report. */
export function defineCommand<K extends Keys>(shell: Shell, declaration: CommandDeclaration<K>): Command {
  const command = new Command(declaration.name)
    .summary(declaration.summary)
    .description(declaration.summary)
    .usage(usage(declaration))
    .allowUnknownOption()
    .allowExcessArguments()
    .addHelpText("after", helpText(declaration));
  return command.action(async (_options, { args }: Command) => {
    const json = command.optsWithGlobals<{ json?: boolean }>().json === true;
    const event = (value: Readonly<Record<string, unknown>>): void => {
      if (json) shell.stdout.write(`${JSON.stringify(value)}\n`);
    };
    const { progress, signal, words } = shell;
    const parsed = parsedCall(args, declaration, commandPath(command));
    const report = await declaration.run({ ...parsed, progress, signal, words, event });
    progress.end();
    if (report && json) event(report.json);
    else if (report) shell.stdout.write(`${report.text}\n`);
    if (report?.failed) throw new WorkFailedError(report.failed);
  });
}

/** A command that only holds others: `kindling data synthesize`. */
export function commandGroup(name: string, summary: string, commands: readonly Command[]): Command {
  const group = new Command(name).summary(summary).description(summary).helpCommand(false);
  for (const command of commands) group.addCommand(command);
  return group;
}

function parsedCall<K extends Keys>(
  words: readonly string[],
  declaration: CommandDeclaration<K>,
  path: string,
): Pick<CommandCall<K>, "operands" | "values" | "overrides"> {
  try {
    const parsed = parseWords(words, declaration.keys, declaration.overrides !== undefined);
    checkOperands(parsed.operands, declaration.operands);
    return parsed;
  } catch (error) {
    if (error instanceof InputError) throw new InputError(`${error.message} (\`${path} --help\` says more)`);
    throw error;
  }
}

function checkOperands(given: readonly string[], declared: readonly Operand[]): void {
  const missing = declared.find((operand, i) => !operand.optional && given[i] === undefined);
  if (missing) throw new InputError(`${missing.name} is missing: ${missing.help}`);
  if (given.length > declared.length && !declared.at(-1)?.many) throw new InputError(`there is no place for "${given[declared.length]}"`);
}

function commandPath(command: Command): string {
  return command.parent ? `${commandPath(command.parent)} ${command.name()}` : command.name();
}

function usage<K extends Keys>({ operands, keys, overrides }: CommandDeclaration<K>): string {
  const words = operands.map(({ name, optional, many }) => (optional ? `[${name}${many ? "…" : ""}]` : `${name}${many ? "…" : ""}`));
  for (const [name, key] of Object.entries(keys)) if (key.required) words.push(`${name}=${typeName(key)}`);
  const hasMore = overrides !== undefined || Object.values(keys).some((key) => !key.required);
  return [...words, ...(hasMore ? ["[key=value…]"] : [])].join(" ");
}

function helpText<K extends Keys>({ operands, keys, overrides }: CommandDeclaration<K>): string {
  const rows = operands.map(({ name, help }) => [name, help] as const);
  rows.push(...Object.entries(keys).map(([name, key]) => [typeName(key) ? `${name}=${typeName(key)}` : name, keyHelp(key)] as const));
  if (overrides) rows.push(["KEY=VALUE", overrides]);
  rows.push(["--json", "print one JSON object on one line on standard output, and nothing else"]);
  const width = Math.max(...rows.map(([left]) => left.length));
  return `\nOperands and options (key=value or --key value):\n${rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`).join("\n")}`;
}

function keyHelp(key: Key): string {
  if (key.required) return `${key.help} (required)`;
  if (key.kind === "flag") return `${key.help} (default no)`;
  if (key.kind === "switch") return key.help;
  if (key.default === undefined) return key.help;
  const text = key.kind === "size" ? `${key.default.height}x${key.default.width}` : String(key.default);
  return `${key.help} (default ${text})`;
}
