import { RecipeError } from "./recipeError.ts";

/** A configuration of another program by dotted paths, remembering which of its options were looked at. */
export class ConfigReader {
  readonly #options: ReadonlyMap<string, unknown>;
  readonly #read = new Set<string>();

  constructor(content: Readonly<Record<string, unknown>>) {
    this.#options = new Map(leavesOf(content, ""));
  }

  /** The option's number, or `otherwise`. @throws RecipeError for another value. */
  number(path: string, otherwise: number): number {
    return this.#get(path, otherwise, isNumber, "a number");
  }

  text(path: string, otherwise: string): string {
    return this.#get(path, otherwise, (value): value is string => typeof value === "string", "a text");
  }

  flag(path: string, otherwise: boolean): boolean {
    return this.#get(path, otherwise, (value): value is boolean => typeof value === "boolean", "true or false");
  }

  numbers(path: string, otherwise: readonly number[]): readonly number[] {
    return this.#get(path, otherwise, (value): value is number[] => Array.isArray(value) && value.every(isNumber), "a list of numbers");
  }

  /** Pairs of numbers, `[[1, 4], [2, 4]]`. */
  pairs(path: string): readonly (readonly [number, number])[] {
    const isPairs = (value: unknown): value is [number, number][] =>
      Array.isArray(value) && value.every((pair) => Array.isArray(pair) && pair.length === 2 && pair.every(isNumber));
    return this.#get(path, [], isPairs, "a list of pairs such as [1, 4]");
  }

  /** Whether the configuration has the option. */
  has(path: string): boolean {
    return this.#options.has(path);
  }

  /** The options of these paths, of groups (`CUDNN`) all, count as looked at. */
  skip(paths: readonly string[]): void {
    for (const path of this.#options.keys())
      if (paths.some((skipped) => path === skipped || path.startsWith(`${skipped}.`))) this.#read.add(path);
  }

  /** Options that nothing has looked at, as `TRAIN.GAMMA1: 0.99`. */
  unread(): readonly string[] {
    return [...this.#options].filter(([path]) => !this.#read.has(path)).map(([path, value]) => `${path}: ${JSON.stringify(value)}`);
  }

  #get<T>(path: string, otherwise: T, is: (value: unknown) => value is T, what: string): T {
    this.#read.add(path);
    const value = this.#options.get(path) ?? otherwise;
    if (!is(value)) throw new RecipeError(`${path}: expected ${what}; got ${JSON.stringify(value)}`);
    return value;
  }
}

function isNumber(value: unknown): value is number {
  return typeof value === "number";
}

function leavesOf(value: Readonly<Record<string, unknown>>, path: string): readonly (readonly [string, unknown])[] {
  return Object.entries(value).flatMap(([key, inner]) => {
    const at = path === "" ? key : `${path}.${key}`;
    const isGroup = typeof inner === "object" && inner !== null && !Array.isArray(inner);
    return isGroup ? leavesOf(inner as Readonly<Record<string, unknown>>, at) : [[at, inner] as const]; // keys of YAML are texts
  });
}
