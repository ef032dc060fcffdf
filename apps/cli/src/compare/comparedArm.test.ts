import path from "node:path";
import { type Recipe, readRecipe } from "@kindling/trainer";
import { expect, test } from "vitest";
import { repositoryFolder } from "../repository.ts";
import { withPrevious } from "./comparedArm.ts";

const recipes = path.join(repositoryFolder()!, "recipes/dwpose/small");
const read = (name: string): Promise<Recipe> => readRecipe(path.join(recipes, `${name}.yaml`));

test("DWPose's second stage takes the weights of its first, wherever compare keeps them, and other weights stay", async () => {
  const [first, second] = [await read("stage1"), await read("stage2")];
  const made = withPrevious(second, first, "/out/best.safetensors");
  expect(made.teacher!.weights).toBe("/out/best.safetensors");
  expect(withPrevious(second, { ...first, name: "other" }, "/out/best.safetensors")).toEqual(second);
  expect(withPrevious(first, second, "/out/best.safetensors")).toEqual(first);
});
