import { type UnzipFileInfo, unzipSync } from "fflate";
import { elementBytes } from "./elementType.ts";
import { loadTensors } from "./loadTensors.ts";
import type { WeightsPart } from "./normalizeNames.ts";
import { readPickle } from "./pickle.ts";
import { PickleReader } from "./pickleReader.ts";
import { quote } from "./quote.ts";
import { selectTensors } from "./selectTensors.ts";
import type { StateDict } from "./stateDict.ts";
import type { TensorStorage } from "./storedTensor.ts";
import { WeightsFileError } from "./weightsFileError.ts";

/** Whether `bytes` start like a zip archive. */
export function isPthZip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2] === 3 && bytes[3] === 4;
}

/**
 * The state dict in the zip format of torch.save since PyTorch 1.6: `<root>/data.pkl` and one entry `<root>/data/<key>` per storage.
 * Source: torch/serialization.py (`_save`, `_load`).
 * @throws WeightsFileError when the archive is damaged, cut short, or no state dict.
 */
export function readPthZip(bytes: Uint8Array, part?: WeightsPart): StateDict {
  const root = findRoot(bytes);
  const head = unzip(bytes, (name) => name === `${root}data.pkl` || name === `${root}byteorder`);
  const byteOrder = new TextDecoder().decode(head[`${root}byteorder`] ?? new Uint8Array()).trim();
  if (byteOrder !== "" && byteOrder !== "little")
    throw new WeightsFileError(`the file's byte order is ${quote(byteOrder)}; only little is read`);
  const { value, storages } = readPickle(new PickleReader(head[`${root}data.pkl`]!)); // findRoot found it
  const tensors = selectTensors(value, part);

  const path = (storage: TensorStorage): string => `${root}data/${storage.key}`;
  // Only what the state dict views: a checkpoint may keep twice as much for its optimizer.
  const viewed = new Set<unknown>([...tensors.values()].map((tensor) => tensor.storage));
  const paths = new Set([...storages.values()].filter((storage) => viewed.has(storage)).map(path));
  const data = unzip(bytes, (name) => paths.has(name));
  const storageBytes = (storage: TensorStorage): Uint8Array => {
    const found = Object.hasOwn(data, path(storage)) ? data[path(storage)]! : undefined;
    const expected = storage.length * elementBytes[storage.type];
    if (found?.length === expected) return found;
    throw new WeightsFileError(`the archive's ${quote(path(storage))} has ${found?.length ?? "no"} bytes; the pickle says ${expected}`);
  };
  return loadTensors(tensors, storageBytes, 2 * bytes.length);
}

/** The folder, with its slash, of the only data.pkl. */
function findRoot(bytes: Uint8Array): string {
  const names: string[] = [];
  unzip(bytes, (name) => {
    names.push(name);
    return false;
  });
  const roots = names.filter((name) => /^([^/]+\/)?data\.pkl$/.test(name)).map((name) => name.slice(0, -"data.pkl".length));
  const [root] = roots;
  if (root === undefined) throw new WeightsFileError("this zip archive has no data.pkl, so torch.save did not write it");
  if (roots.length > 1) throw new WeightsFileError("this zip archive has more than one data.pkl");
  if (names.includes(`${root}constants.pkl`)) {
    throw new WeightsFileError("this is a TorchScript archive; save model.state_dict() with torch.save instead");
  }
  return root;
}

/** The entries that `wanted` takes; refuses archives whose directory claims more than the file can hold. */
function unzip(bytes: Uint8Array, wanted: (name: string) => boolean): Readonly<Record<string, Uint8Array>> {
  const seen = new Set<string>();
  let total = 0;
  const filter = ({ name, size, originalSize, compression }: UnzipFileInfo): boolean => {
    // fflate does not check that the directory is one, and may be told to read four thousand million entries.
    if (seen.has(name)) throw new WeightsFileError(`the zip archive lists ${quote(name)} twice, or its directory is damaged`);
    seen.add(name);
    total += originalSize;
    const stored = compression === 0;
    if (!(total <= bytes.length * maxExpansion) || (stored && size !== originalSize)) {
      throw new WeightsFileError(
        `the zip archive claims ${originalSize} bytes for ${quote(name)}, more than the file can hold; is it damaged?`,
      );
    }
    return wanted(name);
  };
  try {
    return unzipSync(bytes, { filter });
  } catch (cause) {
    if (cause instanceof WeightsFileError) throw cause;
    throw new WeightsFileError(`the zip archive is damaged or cut short (${(cause as Error).message})`, { cause });
  }
}

/** torch.save stores without compression; archives that were packed again shrink weights by little. */
const maxExpansion = 8;
