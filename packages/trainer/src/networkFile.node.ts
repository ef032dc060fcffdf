import { readFile, stat } from "node:fs/promises";
import path from "node:path";
import { createModel, hasSafetensorsHeader, type PoseModel, parseWeightsReference, readSafetensors, readWeights } from "@kindling/models";
import { createNetwork } from "./createNetwork.ts";
import { NetworkError } from "./networkError.ts";
import { assertInputFits } from "./networkInput.ts";
import type { NamedWeights } from "./networks.ts";
import { readRecipe } from "./recipe/readRecipe.node.ts";
import type { NetworkRecipe, Recipe } from "./recipe.ts";
import { RunFolderError } from "./runFolder.node.ts";
import { parseWeightsMetadata, type WeightsMetadata } from "./weightsMetadata.ts";

/** What the user says of a network; it wins over what the file says. */
export interface NetworkFileOptions extends Partial<NetworkRecipe> {
  /** [height, width] */
  readonly input?: readonly [number, number];
}

/** A trained network on disk, read: `loadNetwork` puts it on a device. */
export interface NetworkFile {
  /** Its tree is named "network". */
  readonly model: PoseModel;
  readonly weights: NamedWeights;
  /** [height, width] of the crops it was trained for; null when neither the file nor the user nor the network says it (see {@link inputOf}). */
  readonly input: readonly [number, number] | null;
  /** The run that it belongs to, when the folder was given. */
  readonly run: { readonly recipe: Recipe; readonly samples: string } | null;
}

/**
 * Reads a run folder (its recipe and best weights), a weights file of ours, or any other weights file, or part of it (`kd.pth#student`), when the
 * model is told.
 * A run that is being trained is not disturbed.
 * @throws RunFolderError, RecipeError, WeightsFileError or ModelError for what cannot be read, NetworkError when the model is not known or
 * the input does not fit it.
 */
export async function readNetworkFile(runOrWeights: string, options: NetworkFileOptions = {}): Promise<NetworkFile> {
  const { file: named, ...part } = parseWeightsReference(runOrWeights);
  const found = await stat(named).catch(() => null);
  if (!found) throw new NetworkError(`${named}: there is no such run folder or weights file`);
  const { run, weightsFile } = found.isDirectory() ? await readRun(named) : { run: null, weightsFile: named };
  const bytes = await readFile(weightsFile).catch((error: NodeJS.ErrnoException) => {
    throw new NetworkError(
      `the weights ${weightsFile} cannot be read (${error.code === "ENOENT" ? "there is no such file" : error.message})`,
    );
  });
  const weights = { source: weightsFile, tensors: readWeights(bytes, { file: weightsFile, ...part }) };
  const known = run ? { ...run.recipe.student, input: run.recipe.data.input } : metadataOf(bytes);
  const model = buildModel(weightsFile, known, options);
  const input = options.input ?? known?.input ?? (model.card.inputIsFixed ? model.card.inputSize : null);
  if (input) assertInputFits(model, input);
  return { model, weights, input, run };
}

/** The network's input, [height, width]. @throws NetworkError when it is not known. */
export function inputOf({ input, weights, model }: NetworkFile): readonly [number, number] {
  if (input) return input;
  throw new NetworkError(`${weights.source} does not say the size of its input; give input=HxW, 256x192 for example (${model.card.name})`);
}

async function readRun(folder: string): Promise<{ run: NonNullable<NetworkFile["run"]>; weightsFile: string }> {
  // Not openRunFolder: it clears away half-written files, which a training process may be about to rename.
  const [recipeFile, weightsFile] = [path.join(folder, "recipe.yaml"), path.join(folder, "weights", "best.safetensors")];
  if (!(await stat(recipeFile).catch(() => null))) throw new RunFolderError(`${folder}: this is no run folder, it holds no recipe.yaml`);
  if (!(await stat(weightsFile).catch(() => null))) {
    throw new NetworkError(`${folder}: the run has no weights/best.safetensors; it appears with the first validation`);
  }
  return { run: { recipe: await readRecipe(recipeFile), samples: path.join(folder, "samples") }, weightsFile };
}

/** What a safetensors file of ours says; null for any other file. */
function metadataOf(bytes: Uint8Array): WeightsMetadata | null {
  return hasSafetensorsHeader(bytes) ? parseWeightsMetadata(readSafetensors(bytes).metadata) : null;
}

function buildModel(file: string, known: Partial<WeightsMetadata> | null, options: NetworkFileOptions): PoseModel {
  const name = options.model ?? known?.model;
  if (name === undefined) {
    throw new NetworkError(`${file} does not say which network it holds; give model=squeezenet-hpe or model=hrnet-w32, for example`);
  }
  // What the file says of its network does not hold for another one that the user names.
  const said: Partial<WeightsMetadata> = known && name === known.model ? known : {};
  // Key points hold for another network too: a file of ours may be read as the network that it was made from.
  const { card } = createModel(name); // what the network has where nobody says it
  const joints = options.joints ?? known?.joints ?? card.joints;
  const input = options.input ?? said.input ?? card.inputSize;
  return createNetwork({ width: 1, ...said, ...options, model: name, joints }, input, "network");
}
