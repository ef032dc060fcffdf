import { readdirSync } from "node:fs";
import path from "node:path";
import { Graph } from "@kindling/autograd";
import { createModel, nameModule, variablesOf } from "@kindling/models";
import { expect, test } from "vitest";
import { recordImages } from "../images.ts";
import { readRecipe } from "../recipe/readRecipe.node.ts";
import type { NetworkRecipe, Recipe } from "../recipe.ts";
import { teachersOf } from "../teachers.ts";
import { createAdapters } from "./adapters.ts";
import type { FeatureLoss } from "./lossTerm.ts";

const folder = path.resolve(import.meta.dirname, "../../../../recipes");
const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".yaml"));
const recipes = await Promise.all(files.map(async (file) => ({ file, recipe: await readRecipe(path.join(folder, file)) })));
const withFeatures = recipes.filter(({ recipe }) => recipe.losses.some(({ kind }) => kind === "feature"));

test.each(withFeatures)("the feature terms of recipes/$file name tensors of their networks", ({ recipe }) => {
  const student = named(recipe.student, "student");
  const teachers = teachersOf(recipe).map((teacher) => named(teacher.recipe, teacher.path));
  const adapters = createAdapters(recipe, student, teachers);
  const graph = new Graph();
  for (const model of [student, ...teachers]) model.call(recordImages(graph, 1, recipe.data.input, model.card), "eval");
  for (const term of featureTerms(recipe)) {
    const [from, to] = [graph.find(term.student).shape, graph.find(term.teacher).shape];
    expect(from).toHaveLength(4);
    const weight = variablesOf(adapters.get(term.name)!).get("weight")!;
    expect(weight.shape).toEqual([1, 1, from[3], to[3]]);
    expect(weight.name).toBe(`adapter.${term.name}.weight`);
  }
});

test("there is such a recipe", () => {
  expect(withFeatures.length).toBeGreaterThan(0);
});

function featureTerms({ losses }: Recipe): readonly FeatureLoss[] {
  return losses.filter((term) => term.kind === "feature");
}

function named({ model, joints, width }: NetworkRecipe, root: string): ReturnType<typeof createModel> {
  const made = createModel(model, { joints, width });
  nameModule(made, root);
  return made;
}
