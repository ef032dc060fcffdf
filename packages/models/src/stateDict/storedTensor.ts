import type { ElementType } from "./elementType.ts";

// Classes, because instanceof tells them from everything else that a pickle can build.

/** The elements that one or more tensors view; `key` says where the file keeps them. */
export class TensorStorage {
  readonly type: ElementType;
  readonly key: string;
  /** The number of elements. */
  readonly length: number;

  constructor(type: ElementType, key: string, length: number) {
    this.type = type;
    this.key = key;
    this.length = length;
  }
}

/** A tensor as `torch._utils._rebuild_tensor_v2` is told to build it; offset and strides count elements. Nothing is checked yet. */
export class StoredTensor {
  readonly storage: unknown;
  readonly offset: unknown;
  readonly shape: unknown;
  readonly strides: unknown;

  constructor(storage: unknown, offset: unknown, shape: unknown, strides: unknown) {
    this.storage = storage;
    this.offset = offset;
    this.shape = shape;
    this.strides = strides;
  }
}
