import path from "node:path";
import { type Recipe, readRecipe } from "@kindling/trainer";
import { expect, test } from "vitest";
import { repositoryFolder } from "../repository.ts";
import { readArm, withPrevious } from "./comparedArm.ts";

const recipes = path.join(repositoryFolder()!, "recipes/dwpose/small");
const read = (name: string): Promise<Recipe> => readRecipe(path.join(recipes, `${name}.yaml`));

test("DWPose's second stage takes the weights of its first, wherever compare keeps them, and other weights stay", async () => {
  const [first, second] = [await read("stage1"), await read("stage2")];
  const made = withPrevious(second, first, "/out/best.safetensors");
  expect(made.teacher!.weights).toBe("/out/best.safetensors");
  expect(withPrevious(second, { ...first, name: "other" }, "/out/best.safetensors")).toEqual(second);
  expect(withPrevious(first, second, "/out/best.safetensors")).toEqual(first);
});

test("what the command line says of the teacher is for the arms that have one", async () => {
  const folder = path.join(repositoryFolder()!, "recipes/compare/people");
  const read = (name: string) => readArm(path.join(folder, `${name}.yaml`), 1, { "teacher.gate": "off", epochs: "3" });
  const [baseline, distilled] = [await read("baseline"), await read("logits-kd")];
  expect(baseline.stages[0]!.teacher).toBeUndefined();
  expect(distilled.stages[0]!.teacher!.gate).toBe("off");
  for (const { stages } of [baseline, distilled]) expect(stages[0]!.schedule.epochs).toBe(3);
  const changes = { "teacher.gate": "off", "teachers.two.weight": "3", "teachers.three.weight": "4" }; // as another arm has
  const several = (await readArm(path.join(repositoryFolder()!, "recipes/ensemble/small.yaml"), 1, changes)).stages[0]!;
  expect(several.teacher).toBeUndefined();
  expect(Object.entries(several.teachers!).map(([name, { weight }]) => [name, weight])).toEqual([
    ["one", 1],
    ["two", 3],
  ]);
  const mistaken = readArm(path.join(folder, "logits-kd.yaml"), 1, { "teacher.gate": "of" });
  await expect(mistaken).rejects.toThrow(/teacher\.gate/);
});
