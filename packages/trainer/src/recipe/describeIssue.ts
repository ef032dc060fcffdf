import { nearestName } from "@kindling/autograd";
import type { z } from "zod";
import { knownKeys } from "./closedObject.ts";
import { recipeKeys } from "./recipeKeys.ts";

/** A complaint of the schema as a sentence, with the path of the value it is about. */
export interface DescribedIssue {
  readonly path: readonly PropertyKey[];
  readonly sentence: string;
}

/**
 * Words the first issue, unknown keys before all others: a misspelt key also counts as a missing one, and the misspelling is the cause.
 * The issues must carry their inputs (`reportInput`).
 */
export function describeIssues(issues: readonly z.core.$ZodIssue[]): DescribedIssue {
  return describe(cause(issues), []);
}

/** `losses[0].weight` */
export function showPath(path: readonly PropertyKey[]): string {
  const text = path.map((key) => (typeof key === "number" ? `[${key}]` : `.${String(key)}`)).join("");
  return text.replace(/^\./, "") || "the recipe";
}

function cause(issues: readonly z.core.$ZodIssue[]): z.core.$ZodIssue {
  return issues.find((issue) => issue.code === "unrecognized_keys") ?? issues[0]!;
}

function describe(issue: z.core.$ZodIssue, above: readonly PropertyKey[]): DescribedIssue {
  const path = [...above, ...issue.path];
  const at = showPath(path);
  switch (issue.code) {
    case "unrecognized_keys": {
      const key = issue.keys[0]!;
      const [keyPath, siblings] = [[...path, key], knownKeys(issue)];
      const kind = memberOf(issue.input, "kind");
      if (typeof kind === "string" && isKeyOfAnotherKind(keyPath)) {
        return { path: keyPath, sentence: `${showPath(keyPath)}: kind ${kind} has no such key; known are ${siblings.join(", ")}` };
      }
      return { path: keyPath, sentence: `${showPath(keyPath)}: there is no such key; ${keyAdvice(key, siblings)}` };
    }
    case "invalid_union": {
      if ("options" in issue && issue.options) {
        return { path, sentence: wrong(at, oneOf(issue.options), memberOf(issue.input, path.at(-1)), issue.options) };
      }
      // A value of the right type but with a mistake inside is better described by that mistake.
      const inside = issue.errors.find((branch) => branch.every((inner) => inner.path.length > 0 || inner.code === "unrecognized_keys"));
      return inside?.length ? describe(cause(inside), path) : { path, sentence: wrong(at, issue.message, issue.input) };
    }
    case "invalid_value":
      return { path, sentence: wrong(at, oneOf(issue.values), issue.input, issue.values) };
    case "invalid_type":
      return { path, sentence: wrong(at, typeNames[issue.expected] ?? issue.expected, issue.input) };
    case "invalid_key":
      return { path, sentence: wrong(at, issue.issues[0]?.message ?? "another name", path.at(-1)) };
    case "too_small":
      return { path, sentence: wrong(at, bound(issue.origin, issue.inclusive ? "at least" : "above", issue.minimum), issue.input) };
    case "too_big":
      return { path, sentence: wrong(at, bound(issue.origin, issue.inclusive ? "at most" : "below", issue.maximum), issue.input) };
    default:
      return { path, sentence: wrong(at, issue.message, issue.input) };
  }
}

function wrong(at: string, expected: string, got: unknown, choices: readonly unknown[] = []): string {
  if (got === undefined) return `${at} is missing; expected ${expected}`;
  const nearest = typeof got === "string" ? nearestName(got, choices.map(String)) : undefined;
  return `${at}: expected ${expected}; got ${show(got)}${nearest === undefined ? "" : `; did you mean ${nearest}?`}`;
}

/** Whether the key stands there in an object of another kind: what a loss or an optimiser takes depends on its `kind`. */
function isKeyOfAnotherKind(path: readonly PropertyKey[]): boolean {
  const pattern = path.map((key) => (typeof key === "number" ? "N" : String(key))).join(".");
  return recipeKeys().some((known) => known.path === pattern);
}

/** The nearest key beside it, else the nearest anywhere in a recipe, else all that stand there. */
function keyAdvice(key: string, siblings: readonly string[]): string {
  const beside = nearestName(key, siblings);
  if (beside !== undefined) return `did you mean ${beside}?`;
  const keys = recipeKeys().filter(({ path }) => !path.startsWith("teachers.")); // which are teacher's
  const everywhere = new Map(keys.map(({ path }) => [path.slice(path.lastIndexOf(".") + 1), path]));
  const elsewhere = nearestName(key, everywhere.keys());
  return elsewhere === undefined ? `known are ${siblings.join(", ")}` : `did you mean ${everywhere.get(elsewhere)}?`;
}

function bound(origin: string, comparison: string, limit: number | bigint): string {
  if (origin === "array") return `a list of ${comparison} ${limit}`;
  if (origin === "string") return "a text that is not empty";
  return `a number ${comparison} ${limit}`;
}

function oneOf(values: readonly unknown[]): string {
  const texts = values.map(String);
  return texts.length > 1 ? `${texts.slice(0, -1).join(", ")} or ${texts.at(-1)}` : texts[0]!;
}

function memberOf(input: unknown, key: PropertyKey | undefined): unknown {
  return typeof input === "object" && input !== null && key !== undefined ? Reflect.get(input, key) : input;
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

const typeNames: Readonly<Record<string, string>> = {
  object: "a mapping of keys to values",
  record: "a mapping of names to values",
  array: "a list",
  tuple: "a list of two numbers",
  string: "a text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
};
