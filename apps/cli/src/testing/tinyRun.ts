import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { type Dataset, readCoco, type SynthesizedDataset, synthesizeDataset } from "@kindling/data";
import { openDevice } from "@kindling/gpu";
import { saveWeights, writeSafetensors } from "@kindling/models";
import { createNetworks, createRunFolder, parseRecipe, type RunFolder, recipeToYaml, weightsMetadata } from "@kindling/trainer";

/** A run folder with random weights and the synthetic people that it is validated on, all in one temporary folder. */
export interface TinyRun extends AsyncDisposable {
  readonly folder: string;
  readonly run: RunFolder;
  readonly files: SynthesizedDataset;
  readonly dataset: Dataset;
}

/** Makes a run as training leaves it: a narrow SqueezeNet for crops of 64 × 48 pixels. */
export async function tinyRun(): Promise<TinyRun> {
  const folder = await mkdtemp(path.join(tmpdir(), "kindling-tiny-run-"));
  const files = await synthesizeDataset({ directory: path.join(folder, "people"), count: 6, seed: 5, height: 96, width: 128 });
  const set = JSON.stringify({ data: files.annotations, images: files.images });
  const recipe = parseRecipe(
    `name: tiny
seed: 1
student: { model: squeezenet-hpe, joints: 17, width: 0.25 }
data: { train: ${set}, validation: ${set}, input: [64, 48], batchSize: 4, augment: none }
losses:
  - { name: gt, kind: adaptiveWing, against: groundTruth, weight: 2 }
optimizer: { kind: adamw, learningRate: 1e-3, weightDecay: 1e-4 }
schedule: { kind: warmupCosine, warmupEpochs: 1, epochs: 2 }
`,
    path.join(folder, "tiny.yaml"),
  );
  const run = await createRunFolder(path.join(folder, "runs"), recipe.name);
  await writeFile(run.recipe, recipeToYaml(recipe));
  using device = await openDevice();
  using networks = createNetworks(device, recipe, {});
  await writeFile(run.bestWeights, writeSafetensors(await saveWeights(networks.store, networks.student), weightsMetadata(recipe)));
  const dataset = await readCoco(files);
  return { folder, run, files, dataset, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}
