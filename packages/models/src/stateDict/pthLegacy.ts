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

/** Whether `bytes` start with the magic number of PyTorch's older format, pickled with protocol 2 or 3. */
export function isPthLegacy(bytes: Uint8Array): boolean {
  return magic.every((byte, i) => bytes[i] === byte || (i === 1 && bytes[i] === 3));
}

/**
 * The state dict in the format of torch.save before PyTorch 1.6: five pickles (magic number, version, system, object, storage keys), then
 * for each key its length as int64 and its elements. Source: torch/serialization.py (`_legacy_save`, `_legacy_load`).
 * @throws WeightsFileError when the file is damaged, cut short, or no state dict.
 */
export function readPthLegacy(bytes: Uint8Array, part?: WeightsPart): StateDict {
  const reader = new PickleReader(bytes);
  reader.skip(magic.length); // pickleparser cannot read an integer this long
  const { value: version } = readPickle(reader);
  if (version !== 1001) throw new WeightsFileError("the format version of this PyTorch file is not 1001");
  const { value: system } = readPickle(reader);
  if (!(system instanceof Map) || system.get("little_endian") !== true) {
    throw new WeightsFileError("this PyTorch file was not written on a little-endian machine; only little is read");
  }
  const { value, storages } = readPickle(reader);
  const tensors = selectTensors(value, part);
  const { value: keys } = readPickle(reader);
  const data = locateStorages(bytes, reader.position, keys, storages);
  const storageBytes = (storage: TensorStorage): Uint8Array => {
    const found = data.get(storage.key);
    if (found) return found;
    throw new WeightsFileError(`the file refers to storage ${quote(storage.key)} but does not contain it`);
  };
  return loadTensors(tensors, storageBytes, 2 * bytes.length);
}

/** Pickle of 0x1950a86a20f9469cfc6c: PROTO 2, LONG1 of ten bytes, STOP. */
const magic: readonly number[] = [0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e];

/** The bytes of each storage; they follow one another to the end of the file. */
function locateStorages(
  bytes: Uint8Array,
  start: number,
  keys: unknown,
  storages: ReadonlyMap<string, TensorStorage>,
): ReadonlyMap<string, Uint8Array> {
  if (!Array.isArray(keys)) throw new WeightsFileError("the list of storages in this PyTorch file is damaged");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const located = new Map<string, Uint8Array>();
  let at = start;
  for (const key of keys) {
    const storage = storages.get(key);
    if (!storage || located.has(key)) throw new WeightsFileError("the list of storages in this PyTorch file does not match its tensors");
    const end = at + 8 + storage.length * elementBytes[storage.type];
    if (end > bytes.length)
      throw new WeightsFileError(`the file ends inside storage ${quote(key)}; it is cut short by ${end - bytes.length} bytes`);
    if (view.getBigInt64(at, true) !== BigInt(storage.length))
      throw new WeightsFileError(`storage ${quote(key)} has another length than its tensors say`);
    located.set(key, bytes.subarray(at + 8, end));
    at = end;
  }
  if (at !== bytes.length)
    throw new WeightsFileError(`${bytes.length - at} bytes follow the last storage of this PyTorch file; is it damaged?`);
  return located;
}
