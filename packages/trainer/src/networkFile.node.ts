import { readFile, stat } from "node:fs/promises";
import path from "node:path";
import { createModel, heatmapSizeOf, type ModelCard, type PoseModel, parseWeightsReference, readWeights } from "@kindling/models";
import type { CropShape, HeatmapEncoding } from "@kindling/pose";
import { createNetwork } from "./createNetwork.ts";
import { modelFiles, parseModelConfig } from "./modelFolder/modelConfig.ts";
import { NetworkError } from "./networkError.ts";
import { assertInputFits } from "./networkInput.ts";
import type { NamedWeights } from "./networks.ts";
import type { PoseReading } from "./poseDecoder.ts";
import { readRecipe } from "./recipe/readRecipe.node.ts";
import { defaultSigma, type NetworkRecipe, type Recipe } from "./recipe.ts";
import { RunFolderError } from "./runFolder.node.ts";
import { targetCodecOf } from "./targetCodecOf.ts";
import { type HeatmapCoding, metadataOf, networkOnly, type WeightsMetadata } from "./weightsMetadata.ts";

/** What the user says of a network; it wins over what the file says. */
export interface NetworkFileOptions extends Partial<NetworkRecipe> {
  /** [height, width] */
  readonly input?: readonly [number, number];
  /** How its heatmaps lie. */
  readonly encoding?: HeatmapEncoding;
  /** How crops become its input, and where this is silent as its card says. */
  readonly normalization?: Partial<ModelCard["input"]>;
}

/** How a network is fed and its key points are read. */
export interface NetworkReading extends PoseReading {
  /** How crops become its input; default as its card says. */
  readonly normalization?: ModelCard["input"];
}

/** A trained network on disk, read: `loadNetwork` puts it on a device. */
export interface NetworkFile {
  /** Its tree is named "network". */
  readonly model: PoseModel;
  /** By what it was made: `createNetwork` makes it again. */
  readonly network: NetworkRecipe;
  readonly weights: NamedWeights;
  /** [height, width] of the crops it was trained for; null when neither the file nor the user nor the network says it (see {@link inputOf}). */
  readonly input: readonly [number, number] | null;
  /** What crops shall show of the image: what they did in its training. */
  readonly crop: CropShape;
  /** As it was trained and, of a run, as the run validates it. */
  readonly reading: NetworkReading;
  /** The run that it belongs to, when the folder was given. */
  readonly run: { readonly recipe: Recipe; readonly samples: string; readonly results: string } | null;
}

/**
 * Reads a run folder (its recipe and best weights), a model folder (`writeModelFolder`), a weights file of ours, or any other weights file, or part of it (`kd.pth#student`), when the
 * model is told.
 * A run that is being trained is not disturbed.
 * @throws RunFolderError, RecipeError, WeightsFileError or ModelError for what cannot be read, NetworkError when the model is not known or
 * the input does not fit it.
 */
export async function readNetworkFile(runOrWeights: string, options: NetworkFileOptions = {}): Promise<NetworkFile> {
  const { file: named, ...part } = parseWeightsReference(runOrWeights);
  const found = await stat(named).catch(() => null);
  if (!found) throw new NetworkError(`${named}: there is no such run folder or weights file`);
  const { run, weightsFile, config } = found.isDirectory() ? await readFolder(named) : { run: null, weightsFile: named, config: null };
  const bytes = await readFile(weightsFile).catch((error: NodeJS.ErrnoException) => {
    throw new NetworkError(
      `the weights ${weightsFile} cannot be read (${error.code === "ENOENT" ? "there is no such file" : error.message})`,
    );
  });
  const said = metadataOf(bytes);
  const weights = { source: weightsFile, tensors: readWeights(bytes, { file: weightsFile, ...part }), ...(said ? { said } : {}) };
  const known: WeightsMetadata | null = run
    ? { ...run.recipe.student, input: run.recipe.data.input, crop: run.recipe.data.crop }
    : (config ?? said);
  const { model, network } = buildModel(weightsFile, known, options);
  const input = options.input ?? known?.input ?? (model.card.inputIsFixed ? model.card.inputSize : null);
  if (input) assertInputFits(model, input);
  const crop = known?.crop ?? "padded";
  const fed = options.normalization ? { normalization: { ...model.card.input, ...options.normalization } } : {};
  const reading = { ...readingOf(model, input, known?.coding, run?.recipe, options.encoding), ...fed, crop };
  return { model, network, weights, input, crop, reading, run };
}

/** The network's input, [height, width]. @throws NetworkError when it is not known. */
export function inputOf({ input, weights, model }: NetworkFile): readonly [number, number] {
  if (input) return input;
  throw new NetworkError(`${weights.source} does not say the size of its input; give input=HxW, 256x192 for example (${model.card.name})`);
}

/** What a folder holds: a run, or what a config.json describes. */
interface ReadFolder {
  readonly run: NetworkFile["run"];
  readonly weightsFile: string;
  readonly config: WeightsMetadata | null;
}

async function readFolder(folder: string): Promise<ReadFolder> {
  // Not openRunFolder: it clears away half-written files, which a training process may be about to rename.
  const [recipeFile, bestWeights] = [path.join(folder, "recipe.yaml"), path.join(folder, "weights", "best.safetensors")];
  if (await isThere(recipeFile)) {
    if (!(await isThere(bestWeights))) {
      throw new NetworkError(`${folder}: the run has no weights/best.safetensors; it appears with the first validation`);
    }
    const run = {
      recipe: await readRecipe(recipeFile),
      samples: path.join(folder, "samples"),
      results: path.join(folder, "results.csv"),
    };
    return { run, weightsFile: bestWeights, config: null };
  }
  const configFile = path.join(folder, modelFiles.config);
  if (!(await isThere(configFile))) {
    throw new RunFolderError(
      `${folder}: this is neither a run folder, which holds recipe.yaml, nor a model folder, which holds config.json`,
    );
  }
  return {
    run: null,
    weightsFile: path.join(folder, modelFiles.weights),
    config: parseModelConfig(await readFile(configFile, "utf8"), configFile),
  };
}

async function isThere(file: string): Promise<boolean> {
  return (await stat(file).catch(() => null)) !== null;
}

/** What the user says wins over the run, or over what the file says. */
function readingOf(
  { card }: PoseModel,
  input: readonly [number, number] | null,
  coding: HeatmapCoding | undefined,
  recipe: Recipe | undefined,
  encoding: HeatmapEncoding | undefined,
): PoseReading {
  const decoding = recipe?.evaluate.decode === undefined ? {} : { decoding: recipe.evaluate.decode };
  if (card.codec.kind !== "heatmaps") {
    if (encoding !== undefined) throw new NetworkError(`encoding is of heatmaps; ${card.name} puts out none of one person`);
    return recipe?.data.codec.kind === card.codec.kind ? { ...decoding, codec: targetCodecOf(recipe.data) } : decoding;
  }
  const trained = recipe ? targetCodecOf(recipe.data) : coding && { kind: "heatmaps" as const, ...coding };
  const known = trained?.kind === "heatmaps" ? trained : undefined;
  if (!input || !(known || encoding)) return decoding;
  const [height, width] = heatmapSizeOf(card, input);
  const heatmap = { height, width };
  return {
    ...decoding,
    codec: { kind: "heatmaps", sigma: defaultSigma(height), encoding: "unbiased", ...known, ...(encoding ? { encoding } : {}), heatmap },
  };
}

function buildModel(
  file: string,
  known: Partial<WeightsMetadata> | null,
  options: NetworkFileOptions,
): Pick<NetworkFile, "model" | "network"> {
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
  const network = networkOnly({ width: 1, ...said, ...options, model: name, joints });
  return { model: createNetwork(network, input, "network"), network };
}
