import { existsSync } from "node:fs";
import { InputError } from "./exit.ts";
import { nearest } from "./nearest.ts";

/** One option of a command: its type, its default and its line in the help. Without a default it is undefined unless `required`. */
export type Key = { readonly help: string; readonly required?: boolean } & (
  | { readonly kind: "text"; readonly default?: string }
  | { readonly kind: "path"; readonly default?: string; readonly mustExist?: boolean }
  | { readonly kind: "choice"; readonly choices: readonly string[]; readonly default?: string }
  | { readonly kind: "integer" | "number"; readonly default?: number; readonly min?: number; readonly max?: number }
  /** Comma-separated: `seeds=1,2,3`. */
  | { readonly kind: "numbers"; readonly default?: readonly number[]; readonly length?: number }
  /** `HEIGHTxWIDTH`. */
  | { readonly kind: "size"; readonly default?: Size }
  /** True when its bare name, `--name` or `name=true` stands on the command line, else false. */
  | { readonly kind: "flag" }
  /** As a flag, but undefined where it does not stand there: what is left to something else, such as a run's recipe. */
  | { readonly kind: "switch" }
);

/** Pixels. */
export interface Size {
  readonly height: number;
  readonly width: number;
}

/** The options of a command, by name. */
export type Keys = Readonly<Record<string, Key>>;

/** The values that keys parse to. */
export type Values<K extends Keys> = {
  readonly [Name in keyof K]: ValueOf<K[Name]["kind"]> | (K[Name] extends Given ? never : undefined);
};

/** An option outside the command's own keys, for a layer that knows them: `optimizer.learningRate=5e-4` of a recipe. */
export interface Override {
  readonly key: string;
  readonly value: string;
}

/** What stands on a command line after the command. */
export interface ParsedWords<K extends Keys> {
  readonly operands: readonly string[];
  readonly values: Values<K>;
  /** In the order given; empty where a command takes none. */
  readonly overrides: readonly Override[];
}

type Given = { readonly kind: "flag" } | { readonly required: true } | { readonly default: string | number | readonly number[] | Size };
type Value = string | number | boolean | readonly number[] | Size;
type ValueOf<Kind extends Key["kind"]> = Kind extends "text" | "path" | "choice"
  ? string
  : Kind extends "integer" | "number"
    ? number
    : Kind extends "numbers"
      ? readonly number[]
      : Kind extends "size"
        ? Size
        : boolean;

/**
 * Sorts words into operands and options: `key=value`, `--key=value`, `--key value`, a flag's bare name or `--flag`; all after `--` are
 * operands. A path that holds "=" is written with its folder (`./a=b.jpg`).
 * @throws InputError naming the option and what it takes, or, for an unknown one without `takesOverrides`, the nearest name.
 */
export function parseWords<K extends Keys>(words: readonly string[], keys: K, takesOverrides = false): ParsedWords<K> {
  const operands: string[] = [];
  const overrides: Override[] = [];
  const given = new Map<string, Value>();
  const set = (name: string, text: string): void => {
    const key = Object.hasOwn(keys, name) ? keys[name] : undefined;
    if (!key && takesOverrides) overrides.push({ key: name, value: text });
    else if (!key) throw new InputError(unknownOption(name, keys));
    else if (given.has(name)) throw new InputError(`${name} is given twice`);
    else given.set(name, parseValue(name, text, key));
  };
  const isFlag = (name: string): boolean => Object.hasOwn(keys, name) && ["flag", "switch"].includes(keys[name]!.kind);

  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    if (word === "--") {
      operands.push(...words.slice(i + 1));
      break;
    }
    const option = /^(?<dashes>--)?(?<name>[A-Za-z][\w.-]*)(?:=(?<value>.*))?$/s.exec(word)?.groups as OptionGroups | undefined;
    if (option?.value !== undefined) set(option.name, option.value);
    else if (option && isFlag(option.name)) set(option.name, "true");
    else if (option?.dashes) {
      if (!Object.hasOwn(keys, option.name) && !takesOverrides) throw new InputError(unknownOption(option.name, keys));
      const value = words[++i];
      if (value === undefined) throw new InputError(`--${option.name} needs a value`);
      set(option.name, value);
    } else if (/^-./.test(word)) throw new InputError(unknownOption(word.replace(/^-+/, ""), keys));
    else operands.push(word);
  }
  return { operands, values: withDefaults(given, keys), overrides };
}

/** The type of a key as the help shows it: `count=INTEGER`. */
export function typeName(key: Key): string {
  switch (key.kind) {
    case "text":
    case "path":
    case "integer":
    case "number":
      return key.kind.toUpperCase();
    case "numbers":
      return "N,N,…";
    case "size":
      return "HEIGHTxWIDTH";
    case "choice":
      return key.choices.join("|");
    case "flag":
    case "switch":
      return "";
    default:
      return key satisfies never;
  }
}

interface OptionGroups {
  readonly dashes?: string;
  readonly name: string;
  readonly value?: string;
}

function unknownOption(name: string, keys: Keys): string {
  const near = nearest(name, Object.keys(keys));
  return `unknown option "${name}"${near ? `; did you mean "${near}"?` : ""}`;
}

function withDefaults<K extends Keys>(given: ReadonlyMap<string, Value>, keys: K): Values<K> {
  const values: Record<string, Value | undefined> = {};
  for (const [name, key] of Object.entries(keys)) {
    if (key.required && !given.has(name)) throw new InputError(`${name}=${typeName(key)} is missing: ${key.help}`);
    values[name] = given.get(name) ?? defaultOf(key);
  }
  return values as Values<K>; // each value was parsed by the kind of its key
}

function defaultOf(key: Key): Value | undefined {
  if (key.kind === "flag") return false;
  return key.kind === "switch" ? undefined : key.default;
}

function parseValue(name: string, text: string, key: Key): Value {
  const refuse = (requirement: string): never => {
    throw new InputError(`${name} must be ${requirement}; got "${text}"`);
  };
  switch (key.kind) {
    case "text":
      return text;
    case "path":
      if (text === "") return refuse("a path");
      if (key.mustExist && !existsSync(text)) throw new InputError(`${name}: there is no file or folder ${text}`);
      return text;
    case "choice":
      return key.choices.includes(text) ? text : refuse(`one of ${key.choices.join(", ")}`);
    case "integer":
    case "number":
      return parseNumber(text, key) ?? refuse(numberRequirement(key));
    case "numbers": {
      const numbers = text.split(",").map((part) => parseNumber(part, { kind: "number" }));
      const valid = numbers.every((number) => number !== undefined) && numbers.length === (key.length ?? numbers.length);
      return valid ? (numbers as number[]) : refuse(`${key.length ?? "one or more"} numbers with commas between them`);
    }
    case "size": {
      const [, height, width] = /^([1-9]\d*)x([1-9]\d*)$/.exec(text) ?? refuse("HEIGHTxWIDTH in pixels, 256x192 for example");
      return { height: Number(height), width: Number(width) };
    }
    case "flag":
    case "switch":
      return text === "true" || (text === "false" ? false : refuse("true or false"));
    default:
      return key satisfies never;
  }
}

type NumberKey = { readonly kind: "integer" | "number"; readonly min?: number; readonly max?: number };

function parseNumber(
  text: string,
  { kind, min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY }: NumberKey,
): number | undefined {
  const value = /^[+-]?(\d|\.\d)/.test(text) ? Number(text) : Number.NaN;
  const valid = kind === "integer" ? Number.isSafeInteger(value) : Number.isFinite(value);
  return valid && value >= min && value <= max ? value : undefined;
}

function numberRequirement({ kind, min, max }: NumberKey): string {
  const noun = kind === "integer" ? "an integer" : "a number";
  if (min !== undefined && max !== undefined) return `${noun} from ${min} to ${max}`;
  if (min !== undefined) return `${noun} of at least ${min}`;
  return max === undefined ? noun : `${noun} of at most ${max}`;
}
