import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { type SynthesizedDataset, synthesizeDataset } from "@kindling/data";
import type { Device } from "@kindling/gpu";
import { createNetworks, type Networks, type RecipeWeights } from "../networks.ts";
import { readRecipeData } from "../readRecipeData.node.ts";
import { parseRecipe } from "../recipe/parseRecipe.ts";
import type { Recipe } from "../recipe.ts";
import { recipeDigest } from "../recipeDigest.node.ts";
import type { Snapshot } from "../snapshot.ts";
import { Trainer } from "../trainer.ts";

/** Synthetic people in a folder of their own, small enough to train on with a software adapter. */
export interface TinyData extends SynthesizedDataset, AsyncDisposable {
  readonly folder: string;
}

/** Ten images of synthetic people in a temporary folder. */
export async function createTinyData(): Promise<TinyData> {
  const folder = await mkdtemp(path.join(tmpdir(), "kindling-trainer-"));
  const made = await synthesizeDataset({ directory: path.join(folder, "people"), count: 10, seed: 5, width: 128, height: 128 });
  return { ...made, folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}

/** The ground-truth term of a tiny recipe. */
export const groundTruthTerm = "{ name: gt, kind: adaptiveWing, weight: 1 }";

/** 2 epochs of 3 steps: a SqueezeNet of a quarter of the width on crops of 48 × 36. `overrides` are those of `parseRecipe`. */
export function tinyRecipe(
  { annotations, images }: SynthesizedDataset,
  overrides: Readonly<Record<string, string>> = {},
  losses: readonly string[] = [groundTruthTerm],
): Recipe {
  const set = `{ data: ${JSON.stringify(annotations)}, images: ${JSON.stringify(images)} }`;
  const limit = "data.overfit" in overrides ? "" : "limit: 12, ";
  const text = [
    "name: tiny",
    "seed: 7",
    "student: { model: squeezenet-hpe, width: 0.25 }",
    `data: { train: ${set}, validation: ${set}, input: [48, 36], batchSize: 4, ${limit}workers: 0 }`,
    `losses: [${losses.join(", ")}]`,
    "optimizer: { kind: adamw, learningRate: 2e-3, weightDecay: 1e-4, clipNorm: 1 }",
    "schedule: { kind: warmupCosine, warmupEpochs: 1, epochs: 2, update: step }",
  ].join("\n");
  return parseRecipe(text, "tiny.yaml", overrides);
}

/** A trainer with its networks; disposing it frees both. */
export interface TinyTrainer extends AsyncDisposable {
  readonly trainer: Trainer;
  readonly networks: Networks;
}

/** Builds the networks of a recipe and a trainer over them. */
export async function createTinyTrainer(
  device: Device,
  recipe: Recipe,
  weights: RecipeWeights = {},
  resume?: Snapshot,
): Promise<TinyTrainer> {
  const networks = createNetworks(device, recipe, weights);
  const trainer = await Trainer.create({
    device,
    recipe,
    recipeDigest: recipeDigest(recipe),
    networks,
    ...(await readRecipeData(recipe)),
    ...(resume ? { resume } : {}),
  });
  return {
    trainer,
    networks,
    async [Symbol.asyncDispose]() {
      await trainer[Symbol.asyncDispose]();
      networks[Symbol.dispose]();
    },
  };
}
