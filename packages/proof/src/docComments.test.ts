import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";

const packages = path.resolve(import.meta.dirname, "../..");
const indexes = readdirSync(packages)
  .map((name) => path.join(packages, name, "src/index.ts"))
  .filter((file) => existsSync(file));

test.each(indexes.map((file) => path.relative(packages, file)))("every export of %s has a doc comment where it is declared", (index) => {
  const found = exportsOf(path.join(packages, index));
  expect(found.length).toBeGreaterThan(10);
  const lacking = found.filter(({ documented }) => !documented).map(({ name, file }) => `${name} in ${path.relative(packages, file)}`);
  expect(lacking).toEqual([]);
});

test("the scan finds what has no comment, and what is exported in other ways", () => {
  const text = [
    "// Licence.",
    "/** Said. */",
    "export const a = 1;",
    "// Why.",
    "export function b(): void {}",
    "/**",
    " * Said.",
    " */",
    "// biome-ignore lint: for a reason",
    "export abstract class C {}",
    "/* Not a doc comment. */",
    "export type D = 1;",
    "/** Of the first overload. */",
    "export function e(x: string): void;",
    "export function e(x: number): void;",
  ].join("\n");
  expect(declarations(text, "x.ts").map(({ name, documented }) => [name, documented])).toEqual([
    ["a", true],
    ["b", false],
    ["C", true],
    ["D", false],
    ["e", true],
  ]);
});

interface Export {
  readonly name: string;
  readonly file: string;
  readonly documented: boolean;
}

/** What a module exports, its own and others' that it passes on. */
function exportsOf(file: string): readonly Export[] {
  const text = readFileSync(file, "utf8");
  const passedOn = [...text.matchAll(/^export (?:type )?(\*|\{[^}]*\}) from "([^"]+)";/gm)].flatMap(([, what, from]) => {
    const all = resolve(file, from!).flatMap(exportsOf);
    if (what === "*") return all;
    const names = what!
      .slice(1, -1)
      .split(",")
      .map((one) => one.trim().replace(/^type /, ""))
      .filter((name) => name !== "");
    return names.map((name) => {
      const one = all.find((candidate) => candidate.name === name);
      if (!one) throw new Error(`${file}: ${from} declares no ${name} that this scan finds`);
      return one;
    });
  });
  return [...declarations(text, file), ...passedOn];
}

/** Declarations that begin with `export`; of overloads, the first. */
function declarations(text: string, file: string): readonly Export[] {
  const found = new Map<string, Export>();
  const pattern = /^export (?:declare |abstract |async )*(?:function\*?|const|let|class|interface|type) (\w+)/gm;
  for (const { 1: name, index } of text.matchAll(pattern)) {
    if (found.has(name!)) continue;
    const above = text.slice(0, index).replace(/(?:\n\/\/.*)+\n$/, "\n"); // line comments, such as the linter's
    found.set(name!, { name: name!, file, documented: /\/\*\*(?:(?!\*\/)[\s\S])*\*\/\n$/.test(above) });
  }
  return [...found.values()];
}

/** The files that a module specifier may mean: one, or one a condition of package.json's "imports". */
function resolve(file: string, specifier: string): readonly string[] {
  if (!specifier.startsWith("#")) return [path.join(path.dirname(file), specifier)];
  const folder = path.join(packages, path.relative(packages, file).split(path.sep)[0]!);
  // Ours, where every entry is a mapping of conditions.
  const { imports } = JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8")) as {
    imports: Record<string, Record<string, string>>;
  };
  return Object.values(imports[specifier]!).map((target) => path.join(folder, target));
}
