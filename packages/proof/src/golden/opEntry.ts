import { GoldenError } from "./goldenError.ts";
import type { GoldenJson } from "./goldenFiles.ts";

/** An entry of `ops/index.json`: a call to PyTorch. */
export interface OpEntry {
  readonly name: string;
  readonly op: string;
  readonly inputs: readonly string[];
  /** The inputs that have gradients. */
  readonly gradients: readonly string[];
  /** A number among the attributes. @throws GoldenError when there is none. */
  number(attribute: string): number;
  /** A list of numbers. @throws GoldenError when there is none. */
  numbers(attribute: string): readonly number[];
  /** Any attribute. */
  attribute(name: string): unknown;
}

/** Checks an entry. @throws GoldenError naming what is missing. */
export function opEntry(name: string, value: unknown): OpEntry {
  const fields = (typeof value === "object" && value !== null ? value : {}) as GoldenJson;
  const wrong = (attribute: string, kind: string): GoldenError =>
    new GoldenError(`ops/index.json: ${name}.${attribute} must be ${kind}; got ${JSON.stringify(fields[attribute])}`);
  const names = (attribute: string): readonly string[] => {
    const list = fields[attribute] ?? [];
    if (!Array.isArray(list) || !list.every((item) => typeof item === "string")) throw wrong(attribute, "a list of names");
    return list;
  };
  if (typeof fields.op !== "string") throw wrong("op", "the name of an op");
  return {
    name,
    op: fields.op,
    inputs: names("inputs"),
    gradients: names("gradients"),
    number(attribute) {
      const number = fields[attribute];
      if (typeof number !== "number") throw wrong(attribute, "a number");
      return number;
    },
    numbers(attribute) {
      const list = fields[attribute];
      if (!Array.isArray(list) || !list.every((item) => typeof item === "number")) throw wrong(attribute, "a list of numbers");
      return list;
    },
    attribute: (attribute) => fields[attribute],
  };
}
