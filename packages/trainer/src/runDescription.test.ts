import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { parseRecipe } from "./recipe/parseRecipe.ts";
import type { Recipe } from "./recipe.ts";
import { recipeDigest } from "./recipeDigest.node.ts";
import { describeRun, readRunDescription, writeRunDescription } from "./runDescription.node.ts";
import { createRunFolder } from "./runFolder.node.ts";

const folder = await mkdtemp(path.join(tmpdir(), "kindling-description-"));
afterAll(() => rm(folder, { recursive: true, force: true }));
const recipe = (overrides: Record<string, string> = {}): Recipe =>
  parseRecipe(
    `
name: kd
seed: 3
student: { model: squeezenet-hpe, backbone: abc }
data: { train: { data: abc }, validation: { data: empty }, input: [64, 48], batchSize: 4 }
losses: [{ name: gt, kind: mse }]
optimizer: { kind: adamw, learningRate: 1e-3, weightDecay: 0 }
schedule: { kind: constant, epochs: 2 }
`,
    path.join(folder, "kd.yaml"),
    overrides,
  );

test("run.json names every input file with its SHA-256 and comes back as written", async () => {
  await writeFile(path.join(folder, "abc"), "abc");
  await writeFile(path.join(folder, "empty"), "");
  const where = { adapter: "software", precision: "f32", variants: "0123456789abcdef" } as const;
  const session = { started: "2026-01-01T00:00:00Z", argv: ["train", "kd.yaml"], ...where };
  const description = await describeRun("kd", recipe(), session, { kindling: "0.1.0" });
  expect(description.files).toEqual({
    [path.join(folder, "abc")]: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    [path.join(folder, "empty")]: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
  });
  expect(description).toMatchObject({ seeds: { recipe: 3 }, sessions: [{ ...session, fromStep: 0 }] });

  const run = await createRunFolder(folder, "kd");
  await expect(readRunDescription(run)).rejects.toThrow(/run\.json/);
  await writeRunDescription(run, description);
  expect(await readRunDescription(run)).toEqual(description);
});

test("the digest of a recipe changes with what a training state depends on, and with nothing else", () => {
  const digest = recipeDigest(recipe());
  for (const harmless of [
    { epochs: "9" },
    { name: "other" },
    { "data.workers": "3" },
    { "data.cache": "true" },
    { "data.train.crops": "/crops" },
  ]) {
    expect(recipeDigest(recipe(harmless as unknown as Record<string, string>))).toBe(digest);
  }
  for (const change of [{ seed: "4" }, { batchSize: "5" }, { "optimizer.learningRate": "1e-4" }, { "losses.0.weight": "2" }]) {
    expect(recipeDigest(recipe(change as unknown as Record<string, string>))).not.toBe(digest);
  }
  const distilled = (cache = ""): string =>
    recipeDigest(recipe({ teacher: `{ model: hrnet-w8, weights: abc${cache} }`, losses: "[{ name: kd, kind: mse, against: teacher }]" }));
  expect(distilled(", cache: here")).toBe(distilled(", cache: there"));
  expect(distilled(", cache: here")).not.toBe(distilled()); // f16 rounds
});
