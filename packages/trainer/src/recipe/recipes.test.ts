import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import type { Recipe } from "../recipe.ts";
import { parseRecipe } from "./parseRecipe.ts";
import { recipeJsonSchema } from "./recipeJsonSchema.ts";
import { recipeKeys } from "./recipeKeys.ts";

const recipes = path.resolve(import.meta.dirname, "../../../../recipes");
const files = readdirSync(recipes, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".yaml"));
const read = (file: string): Recipe => parseRecipe(readFileSync(path.join(recipes, file), "utf8"), path.join(recipes, file));

test.each(files)("recipes/%s is valid", (file) => {
  expect(read(file).name).toMatch(/\w/);
});

test.each(["notebook", "notebook/small"])("the arms of %s differ in nothing but teacher and losses", (folder) => {
  const budget = (arm: string): Partial<Recipe> => ({ ...read(`${folder}/${arm}.yaml`), name: "", teacher: {} as never, losses: [] });
  expect(budget("logits-kd")).toEqual(budget("baseline"));
  expect(budget("feature-kd")).toEqual(budget("baseline"));
});

test("the arms of weighting/small differ in nothing but teacher, losses and weighting", () => {
  const arms = files.filter((file) => /^weighting\/small\/tiny/.test(file));
  expect(arms.length).toBeGreaterThan(8);
  const budget = (arm: string): Partial<Recipe> => ({
    ...read(arm),
    name: "",
    teacher: {} as never,
    losses: [],
    weighting: { kind: "fixed" },
  });
  for (const arm of arms) expect(budget(arm), arm).toEqual(budget("weighting/small/tiny.yaml"));
});

test("the published JSON Schema is the one of the code", () => {
  expect(JSON.parse(readFileSync(path.join(recipes, "recipe.schema.json"), "utf8"))).toEqual(recipeJsonSchema());
});

test("the list of keys has every value with its type and default", () => {
  const keys = new Map(recipeKeys().map((key) => [key.path, key]));
  expect(keys.get("data.batchSize")).toMatchObject({ type: "integer" });
  expect(keys.get("accumulate")).toMatchObject({ type: "integer", default: 1 });
  expect(keys.get("data.input")).toMatchObject({ type: "[integer, integer]" });
  expect(keys.get("losses.N.kind")).toMatchObject({
    type: "adaptiveWing | mse | jointsMse | smoothL1 | ohkm | spatialKl | jointsKl | simccKl | maskedL2 | feature | channelWiseKl | attentionTransfer | relationalDistance | relationalAngle",
  });
  expect(keys.get("optimizer.kind")).toMatchObject({ type: "adamw | adam | sgd" });
  expect(keys.get("optimizer.momentum")).toMatchObject({ type: "number", default: 0 });
  expect(keys.get("optimizer.betas")).toMatchObject({ default: [0.9, 0.999] });
  expect(keys.get("pckThreshold")?.description).toMatch(/box/);
});
