import { elementCount, isSize, isSizes } from "./elementCount.ts";
import { decodeElements, elementBytes } from "./elementType.ts";
import { quote } from "./quote.ts";
import type { StateDict } from "./stateDict.ts";
import { type StoredTensor, TensorStorage } from "./storedTensor.ts";
import { WeightsFileError } from "./weightsFileError.ts";

/**
 * The tensors as contiguous float32; `storageBytes` returns the bytes of a storage, which hold at least its length.
 * `maxElements` bounds their sum: a small file can describe tensors that view the same few bytes over and over.
 * @throws WeightsFileError naming the tensor that does not fit its storage.
 */
export function loadTensors(
  tensors: ReadonlyMap<string, StoredTensor>,
  storageBytes: (storage: TensorStorage) => Uint8Array,
  maxElements: number,
): StateDict {
  const loaded = new Map<string, { readonly shape: readonly number[]; readonly data: Float32Array }>();
  let elements = 0;
  for (const [name, tensor] of tensors) {
    const view = checkView(name, tensor);
    elements += view.count;
    if (elements > maxElements)
      throw new WeightsFileError(`${quote(name)}: the tensors together have far more elements than the file can hold`);
    const { type } = view.storage;
    const bytes = storageBytes(view.storage);
    loaded.set(name, { shape: [...view.shape], data: decodeElements(gather(bytes, view, elementBytes[type]), type) });
  }
  return loaded;
}

interface View {
  readonly storage: TensorStorage;
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly count: number;
}

function checkView(name: string, { storage, offset, shape, strides }: StoredTensor): View {
  const count = elementCount(shape);
  if (
    !(storage instanceof TensorStorage) ||
    !isSize(offset) ||
    !isSizes(shape) ||
    !isSizes(strides) ||
    shape.length !== strides.length ||
    count === undefined
  ) {
    throw new WeightsFileError(`${quote(name)}: storage, offset, shape or strides of the tensor are damaged`);
  }
  const end = count === 0 ? offset : shape.reduce((last, size, axis) => last + (size - 1) * strides[axis]!, offset) + 1;
  if (end > storage.length) {
    throw new WeightsFileError(`${quote(name)} [${shape.join(", ")}] reaches element ${end} of a storage that has ${storage.length}`);
  }
  return { storage, offset, shape, strides, count };
}

/** The bytes of the elements in row-major order. */
function gather(bytes: Uint8Array, { offset, shape, strides, count }: View, size: number): Uint8Array {
  if (isContiguous(shape, strides)) return bytes.subarray(offset * size, (offset + count) * size);
  const gathered = new Uint8Array(count * size);
  const index = shape.map(() => 0);
  for (let i = 0, from = offset; i < count; i++) {
    for (let byte = 0; byte < size; byte++) gathered[i * size + byte] = bytes[from * size + byte]!;
    // To the next index, the last axis fastest.
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis]!++;
      from += strides[axis]!;
      if (index[axis]! < shape[axis]!) break;
      from -= shape[axis]! * strides[axis]!;
      index[axis] = 0;
    }
  }
  return gathered;
}

/** Strides of axes of size one say nothing. */
function isContiguous(shape: readonly number[], strides: readonly number[]): boolean {
  let expected = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] !== 1 && strides[axis] !== expected) return false;
    expected *= shape[axis]!;
  }
  return true;
}
