import path from "node:path";
import { readRecipe } from "@kindling/trainer";
import { expect, test } from "vitest";
import { kindling } from "../../apps/cli/src/testing/kindling.ts";
import { gpuServerSteps, groups } from "./steps.ts";

const repository = path.join(import.meta.dirname, "../..");
const folders = { results: "/results", scratch: "/scratch" };
const seconds = (group?: string): number =>
  gpuServerSteps({ ...folders, quick: false })
    .filter((step) => group === undefined || step.group === group)
    .reduce((sum, step) => sum + step.seconds, 0);

test.each(groups)("%s fits a call of ten minutes, with time to unpack", (group) => {
  expect(seconds(group)).toBeGreaterThan(0);
  expect(seconds(group)).toBeLessThanOrEqual(570);
});

test("everything fits 25 minutes", () => expect(seconds()).toBeLessThanOrEqual(1500));

test("no two steps share a folder, and no two commands of a step a file", () => {
  const steps = gpuServerSteps({ ...folders, quick: false });
  expect(new Set([...groups, ...steps.map(({ name }) => name)]).size).toBe(groups.length + steps.length);
  for (const { commands } of steps) expect(new Set(commands.map(({ output }) => output)).size).toBe(commands.length);
});

const commands = [false, true].flatMap((quick) =>
  gpuServerSteps({ ...folders, quick }).flatMap((step) =>
    step.commands.filter(({ program }) => program === "kindling").map(({ words }) => ({ words, line: words.join(" ") })),
  ),
);

function takesRecipe([command]: readonly string[]): boolean {
  return command === "train" || command === "tune";
}

test.each(commands.filter(({ words }) => !takesRecipe(words)))("the command line takes: $line", async ({ words }) => {
  // Words are read in order, so the first that it does not know is the one that comes after all of ours.
  const { status, err } = await kindling(...words, "no-such-option=1");
  expect(err).toMatch(/^kindling: unknown option "?no-such-option/);
  expect(status).toBe(2);
});

test.each(commands.filter(({ words }) => takesRecipe(words)))("the recipe takes: $line", async ({ words }) => {
  const [, file, ...options] = words;
  const changes = options.filter((word) => word.includes("=") && !/^(runs|budget)=/.test(word)).map((word) => word.split("="));
  const recipe = await readRecipe(path.join(repository, file!), Object.fromEntries(changes));
  expect(words).toContain(`precision=${recipe.precision}`);
});
