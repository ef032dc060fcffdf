import { GoldenError } from "./goldenError.ts";

/** What stands under nested keys. @throws GoldenError when a key is missing. */
export function field(value: unknown, ...keys: readonly string[]): unknown {
  let found = value;
  for (const key of keys) {
    if (typeof found !== "object" || found === null || !Object.hasOwn(found, key)) throw new GoldenError(`domain: "${key}" is missing`);
    found = (found as Readonly<Record<string, unknown>>)[key];
  }
  return found;
}

/** The items of a list. @throws GoldenError when it is none. */
export function items(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw new GoldenError(`domain: a list was expected, not ${JSON.stringify(value)}`);
  return value;
}

/** Every number in nested lists, in order. @throws GoldenError when there is anything else. */
export function numbers(value: unknown): readonly number[] {
  if (typeof value === "number") return [value];
  return items(value).flatMap(numbers);
}

/** A single number. @throws GoldenError when it is none. */
export function number(value: unknown): number {
  if (typeof value !== "number") throw new GoldenError(`domain: a number was expected, not ${JSON.stringify(value)}`);
  return value;
}
