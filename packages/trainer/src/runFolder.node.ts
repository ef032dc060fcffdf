import { mkdir, stat } from "node:fs/promises";
import path from "node:path";
import { removePartialFiles } from "./atomicFile.node.ts";

/** The files of one run, as absolute paths. */
export interface RunFolder {
  readonly path: string;
  /** The folder's own name: the recipe's, numbered when it was taken. */
  readonly name: string;
  /** `run.json`: what was run, with what, on what. */
  readonly run: string;
  /** `recipe.yaml`: complete, defaults filled in. */
  readonly recipe: string;
  /** `metrics.jsonl`: every event, append only. */
  readonly metrics: string;
  /** `results.csv`: one row an epoch. */
  readonly results: string;
  /** `results.png`: the curves of results.csv. */
  readonly picture: string;
  readonly samples: string;
  readonly bestWeights: string;
  readonly lastWeights: string;
  /** What resuming needs: weights, optimizer, random streams and position, in one file. */
  readonly state: string;
}

/** `weights/epoch-N.safetensors`: the weights after so many epochs, of a recipe with `saveEvery`. */
export function epochWeights({ lastWeights }: RunFolder, epoch: number): string {
  return path.join(path.dirname(lastWeights), `epoch-${epoch}.safetensors`);
}

/** `weights/best-exit-N.safetensors`: those with which exit N, counted from 1, was at its best, of a network with several. */
export function exitWeights({ lastWeights }: RunFolder, exit: number): string {
  return path.join(path.dirname(lastWeights), `best-exit-${exit}.safetensors`);
}

/** A folder that is not a run, or none at all. */
export class RunFolderError extends Error {
  override readonly name = "RunFolderError";
}

/** Makes `<parent>/<name>`, or `<name>-2`, `<name>-3` … when it is taken; safe against another process doing the same. */
export async function createRunFolder(parent: string, name: string): Promise<RunFolder> {
  await mkdir(parent, { recursive: true });
  for (let number = 1; ; number++) {
    const folder = runFolderAt(path.join(parent, number === 1 ? name : `${name}-${number}`));
    try {
      await mkdir(folder.path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EEXIST") continue;
      throw error;
    }
    for (const inner of innerFolders(folder)) await mkdir(inner);
    return folder;
  }
}

/**
 * An existing run, to read or to resume; what a killed process left half written is removed.
 * @throws RunFolderError when the folder is absent or holds no recipe.yaml.
 */
export async function openRunFolder(folderPath: string): Promise<RunFolder> {
  const folder = runFolderAt(folderPath);
  if (!(await exists(folder.path))) throw new RunFolderError(`${folderPath}: there is no such run folder`);
  if (!(await exists(folder.recipe))) throw new RunFolderError(`${folderPath}: this is no run folder, it holds no recipe.yaml`);
  for (const inner of innerFolders(folder)) await mkdir(inner, { recursive: true });
  for (const each of [folder.path, ...innerFolders(folder)]) await removePartialFiles(each);
  return folder;
}

function runFolderAt(folderPath: string): RunFolder {
  const absolute = path.resolve(folderPath);
  const inside = (...parts: string[]): string => path.join(absolute, ...parts);
  return {
    path: absolute,
    name: path.basename(absolute),
    run: inside("run.json"),
    recipe: inside("recipe.yaml"),
    metrics: inside("metrics.jsonl"),
    results: inside("results.csv"),
    picture: inside("results.png"),
    samples: inside("samples"),
    bestWeights: inside("weights", "best.safetensors"),
    lastWeights: inside("weights", "last.safetensors"),
    state: inside("state", "last.safetensors"),
  };
}

function innerFolders(folder: RunFolder): readonly string[] {
  return [folder.samples, path.dirname(folder.lastWeights), path.dirname(folder.state)];
}

async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}
