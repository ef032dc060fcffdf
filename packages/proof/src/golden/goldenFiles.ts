import { readSafetensors } from "@kindling/models";
import { GoldenError } from "./goldenError.ts";

/**
 * A folder of reference values, laid out like `golden/`; paths are relative to it and have forward slashes. Annotations that some values are
 * about are looked for beside it, in `../data/`.
 */
export interface GoldenFiles {
  /** What messages call the folder. */
  readonly name: string;
  /** The bytes of a file, or undefined when there is none. */
  read(path: string): Promise<Uint8Array | undefined>;
  /** The names in a folder, in order, or undefined when there is no such folder. */
  list(folder: string): Promise<readonly string[] | undefined>;
}

/** A tensor of a file, in PyTorch's layout. */
export interface GoldenTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** The tensors of a file by name. */
export type GoldenTensors = ReadonlyMap<string, GoldenTensor>;

/** A JSON object by key. */
export type GoldenJson = Readonly<Record<string, unknown>>;

/** The bytes of a file that must be there. @throws GoldenError when it is not. */
export async function readGoldenBytes(files: GoldenFiles, path: string): Promise<Uint8Array> {
  const bytes = await files.read(path);
  if (!bytes) throw new GoldenError(`${files.name}: ${path} is missing`);
  return bytes;
}

/** A JSON object. @throws GoldenError when the file is missing or holds anything else. */
export async function readGoldenJson(files: GoldenFiles, path: string): Promise<GoldenJson> {
  const text = new TextDecoder().decode(await readGoldenBytes(files, path));
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new GoldenError(`${files.name}: ${path} is no JSON: ${(cause as SyntaxError).message}`, { cause });
  }
  if (typeof value !== "object" || value === null) throw new GoldenError(`${files.name}: ${path} holds no JSON object`);
  return value as GoldenJson; // an array has its indices as keys
}

/** The tensors of a safetensors file. @throws GoldenError when it is missing or damaged. */
export async function readGoldenTensors(files: GoldenFiles, path: string): Promise<GoldenTensors> {
  const bytes = await readGoldenBytes(files, path);
  try {
    return readSafetensors(bytes).tensors;
  } catch (cause) {
    throw new GoldenError(`${files.name}: ${path}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

/** A tensor that must be there. @throws GoldenError when it is not. */
export function goldenTensor(tensors: GoldenTensors, path: string, name: string): GoldenTensor {
  const tensor = tensors.get(name);
  if (!tensor) throw new GoldenError(`${path} has no tensor "${name}"; it has ${[...tensors.keys()].join(", ")}`);
  return tensor;
}
