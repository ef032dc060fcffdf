import { Parser } from "pickleparser";
import { isSize } from "./elementCount.ts";
import { pickleGlobals, storageType } from "./pickleGlobals.ts";
import type { PickleReader } from "./pickleReader.ts";
import { quote } from "./quote.ts";
import { TensorStorage } from "./storedTensor.ts";
import { WeightsFileError } from "./weightsFileError.ts";

/**
 * The next pickled value and the storages, by key, that it refers to: dicts are Maps, tuples and lists arrays, tensors StoredTensor.
 * The reader then stands behind it.
 * @throws WeightsFileError when the pickle is damaged, cut short, or uses a Python object that a state dict does not need.
 */
export function readPickle(reader: PickleReader): { readonly value: unknown; readonly storages: ReadonlyMap<string, TensorStorage> } {
  const storages = new Map<string, TensorStorage>();
  const parser = new Parser({
    nameResolver: pickleGlobals(),
    // pickleparser declares text, which is what protocol 0 has; the binary protocols pass any value.
    persistentResolver: { resolve: (id: unknown) => resolveStorage(id, storages) },
    unpicklingTypeOfDictionary: "Map",
    unpicklingTypeOfSet: "Set",
  });
  try {
    return { value: parser.read<unknown>(reader), storages };
  } catch (cause) {
    if (cause instanceof WeightsFileError) throw cause;
    throw new WeightsFileError(`the pickle is damaged near byte ${reader.position} (${(cause as Error).message})`, { cause });
  }
}

/** ("storage", torch.FloatStorage, key, device, length[, view]); the view is none since PyTorch 0.4. */
function resolveStorage(id: unknown, storages: Map<string, TensorStorage>): TensorStorage {
  const [kind, marker, key, , length, view] = Array.isArray(id) ? id : [];
  const type = storageType(marker);
  if (kind !== "storage" || type === undefined || typeof key !== "string" || !isSize(length) || (view ?? null) !== null) {
    throw new WeightsFileError("the pickle refers to a storage in a way that torch.save since PyTorch 0.4 does not write");
  }
  const known = storages.get(key);
  if (known === undefined) {
    const storage = new TensorStorage(type, key, length);
    storages.set(key, storage);
    return storage;
  }
  if (known.type !== type || known.length !== length)
    throw new WeightsFileError(`the pickle declares storage ${quote(key)} twice, differently`);
  return known;
}
