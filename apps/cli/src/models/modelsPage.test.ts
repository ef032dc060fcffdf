import { readFileSync } from "node:fs";
import path from "node:path";
import { modelNames, publishedFigures } from "@kindling/models";
import { expect, test } from "vitest";
import { modelsPage } from "./modelsPage.ts";

const page = readFileSync(path.resolve(import.meta.dirname, "../../../../docs/models.md"), "utf8");

test("docs/models.md is what `npm run docs:models` writes", () => {
  expect(page).toBe(modelsPage());
});

test("every network is on the page with its card, and every published figure with whether ours is equal", () => {
  for (const name of modelNames) expect(page.split(`\`${name}\``).length, name).toBeGreaterThan(2);
  const answers = page.split("\n").filter((line) => /\| (?:yes|\*\*no\*\*) \|$/.test(line));
  expect(answers).toHaveLength(publishedFigures.length);
  const differing = publishedFigures.filter(({ differs }) => differs !== undefined);
  expect(answers.filter((line) => line.endsWith("| **no** |"))).toHaveLength(differing.length);
  for (const { published } of publishedFigures) expect(page).toContain(`| ${published} |`);
});
