import { mkdir, stat } from "node:fs/promises";
import path from "node:path";
import { assertWeightsFit, variablesOf, type WrittenType, writeSafetensors } from "@kindling/models";
import { writeFileAtomically } from "../atomicFile.node.ts";
import { NetworkError } from "../networkError.ts";
import { inputOf, type NetworkFile } from "../networkFile.node.ts";
import { bestResults } from "../results.ts";
import { readResults } from "../resultsFile.node.ts";
import { networkMetadata } from "../weightsMetadata.ts";
import { modelConfig, modelFiles } from "./modelConfig.ts";
import { modelReadme } from "./modelReadme.node.ts";

/** How the numbers are stored. */
export interface WriteModelFolderOptions {
  /** Default "F32". */
  readonly type?: WrittenType;
}

/**
 * Writes a network as a folder that can be published on the Hugging Face Hub: its weights, its facts, and a model card with what its run
 * measured, if it is of a run. Returns the names of its files; `readNetworkFile` reads the folder.
 * @throws WeightsMismatchError for weights of another network, NetworkError when the size of the input is not known or the folder is a run's.
 */
export async function writeModelFolder(
  folder: string,
  file: NetworkFile,
  { type = "F32" }: WriteModelFolderOptions = {},
): Promise<readonly string[]> {
  const { model, network, weights, crop, run } = file;
  const input = inputOf(file);
  const { codec } = file.reading;
  const coding = codec?.kind === "heatmaps" ? { encoding: codec.encoding, sigma: codec.sigma } : undefined;
  assertWeightsFit(variablesOf(model), weights.tensors, weights.source);
  const at = (name: string) => path.join(folder, name);
  if (await stat(at("recipe.yaml")).catch(() => null)) throw new NetworkError(`${folder} is the folder of a run; name another one`);
  const figures = weights.said?.figures ? { figures: weights.said.figures } : {};
  const best = run ? bestResults(await readResults(run.results), run.recipe.metric) : undefined;
  await mkdir(folder, { recursive: true });
  const known = { ...network, input, crop, ...(coding ? { coding } : {}) };
  await writeFileAtomically(at(modelFiles.weights), writeSafetensors(weights.tensors, networkMetadata({ ...known, ...figures }), type));
  await writeFileAtomically(at(modelFiles.readme), modelReadme(model, input, coding?.encoding, run ? { recipe: run.recipe, best } : null));
  // Last: with it the folder is one.
  await writeFileAtomically(at(modelFiles.config), modelConfig(model, known));
  return Object.values(modelFiles);
}
