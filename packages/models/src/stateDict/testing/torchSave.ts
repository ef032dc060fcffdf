import { zipSync } from "fflate";

/** A Python value to pickle: arrays become tuples, Maps dicts, and a node of bytes stands for itself. */
export type PickleValue = string | number | boolean | null | PickleNode | readonly PickleValue[] | ReadonlyMap<PickleValue, PickleValue>;

/** Opcodes that leave one value on the stack. */
export class PickleNode {
  readonly bytes: readonly number[];
  constructor(bytes: readonly number[]) {
    this.bytes = bytes;
  }
}

/** The storages of a file under construction, by key. */
export type Storages = Map<string, { readonly bytes: Uint8Array; readonly length: number }>;

/** A reference to module.name. */
export function global(module: string, name: string): PickleNode {
  return new PickleNode([0x63, ...ascii(`${module}\n${name}\n`)]);
}

/** callable(*args) */
export function reduce(callable: PickleNode, ...args: readonly PickleValue[]): PickleNode {
  return new PickleNode([...callable.bytes, ...encode(args), 0x52]);
}

/** `value` with the attributes `state` set. */
export function build(value: PickleNode, state: PickleValue): PickleNode {
  return new PickleNode([...value.bytes, ...encode(state), 0x62]);
}

/** An OrderedDict with `items` set one by one, as Python 3 writes it. */
export function orderedDict(items: ReadonlyMap<PickleValue, PickleValue>): PickleNode {
  const set = [...items].flatMap(([key, value]) => [...encode(key), ...encode(value)]);
  return new PickleNode([...reduce(global("collections", "OrderedDict")).bytes, 0x28, ...set, 0x75]);
}

export interface TensorOptions {
  readonly offset?: PickleValue;
  readonly strides?: PickleValue;
  readonly key?: string;
  readonly storageType?: string;
}

/** A tensor that views `elements`, which are stored as they are; contiguous unless the options say otherwise. */
export function tensor(
  storages: Storages,
  shape: PickleValue,
  elements: ArrayLike<unknown> & ArrayBufferView,
  options: TensorOptions = {},
): PickleNode {
  const key = options.key ?? String(storages.size);
  storages.set(key, { bytes: new Uint8Array(elements.buffer, elements.byteOffset, elements.byteLength), length: elements.length });
  const id = encode(["storage", global("torch", options.storageType ?? "FloatStorage"), key, "cpu", elements.length]);
  const strides = options.strides ?? contiguous(shape as readonly number[]);
  const storage = new PickleNode([...id, 0x51]);
  const hooks = reduce(global("collections", "OrderedDict"));
  return reduce(global("torch._utils", "_rebuild_tensor_v2"), storage, options.offset ?? 0, shape, strides, false, hooks);
}

/** A whole pickle of protocol 2. */
export function pickle(value: PickleValue): Uint8Array {
  return Uint8Array.from([0x80, 2, ...encode(value), 0x2e]);
}

/** The zip format of torch.save. */
export function saveZip(value: PickleValue, storages: Storages, extra: Readonly<Record<string, Uint8Array>> = {}): Uint8Array {
  const files: Record<string, Uint8Array> = { "model/data.pkl": pickle(value) };
  for (const [key, { bytes }] of storages) files[`model/data/${key}`] = bytes;
  return zipSync({ ...files, "model/version": Uint8Array.from(ascii("3\n")), ...extra }, { level: 0 });
}

/** The format of torch.save before PyTorch 1.6. */
export function saveLegacy(value: PickleValue, storages: Storages, littleEndian = true): Uint8Array {
  const system = new Map<PickleValue, PickleValue>([["little_endian", littleEndian]]);
  const list = new PickleNode([0x5d, 0x28, ...[...storages.keys()].flatMap(encode), 0x65]);
  const parts = [Uint8Array.from(magic), ...[1001, system, value, list].map(pickle)];
  for (const { bytes, length } of storages.values()) parts.push(new Uint8Array(BigInt64Array.of(BigInt(length)).buffer), bytes);
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

/** Pickle of 0x1950a86a20f9469cfc6c. */
const magic = [0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e];

function encode(value: PickleValue): readonly number[] {
  if (value instanceof PickleNode) return value.bytes;
  if (value === null) return [0x4e];
  if (typeof value === "boolean") return [value ? 0x88 : 0x89];
  if (typeof value === "number")
    return Number.isInteger(value) ? [0x4a, ...new Uint8Array(Int32Array.of(value).buffer)] : [0x47, ...bigEndian(value)];
  if (typeof value === "string") {
    const text = new TextEncoder().encode(value);
    return [0x58, ...new Uint8Array(Uint32Array.of(text.length).buffer), ...text];
  }
  if (value instanceof Map) return [0x7d, 0x28, ...[...value].flatMap(([key, item]) => [...encode(key), ...encode(item)]), 0x75];
  return [0x28, ...(value as readonly PickleValue[]).flatMap(encode), 0x74]; // Array.isArray does not narrow a readonly array
}

function contiguous(shape: readonly number[]): readonly number[] {
  return shape.map((_, axis) => shape.slice(axis + 1).reduce((product, size) => product * size, 1));
}

function bigEndian(value: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  return new Uint8Array(view.buffer);
}

function ascii(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
