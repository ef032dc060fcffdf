import { encodeFloat16 } from "@kindling/gpu";
import { elementCount } from "./elementCount.ts";
import { decodeElements, elementBytes } from "./elementType.ts";
import { quote } from "./quote.ts";
import { parseSafetensorsHeader } from "./safetensorsHeader.ts";
import type { StateDict } from "./stateDict.ts";

/**
 * The tensors of a safetensors file, converted to float32 (in the order of their data), and its metadata.
 * Names are as written; `readWeights` also drops what only PyTorch's training needs.
 * Source: the format description of github.com/huggingface/safetensors.
 * @throws WeightsFileError when the file is cut short, damaged, or of a dtype without float32 meaning.
 */
export function readSafetensors(bytes: Uint8Array): { tensors: StateDict; metadata: Record<string, string> } {
  const { entries, metadata, dataStart } = parseSafetensorsHeader(bytes);
  const tensors = entries.map(({ name, type, shape, begin, end }) => {
    return [name, { shape, data: decodeElements(bytes.subarray(dataStart + begin, dataStart + end), type) }] as const;
  });
  return { tensors: new Map(tensors), metadata };
}

/** How a file that we write stores its elements. */
export type WrittenType = "F32" | "F16";

/**
 * A safetensors file in the order of the map, of F32 tensors or rounded to F16; the data start at a multiple of 8 bytes.
 * The same map (and metadata, in the same order) gives the same bytes.
 * @throws RangeError when the length of a tensor's data is not the product of its shape, or a tensor is called `__metadata__`.
 */
export function writeSafetensors(
  tensors: StateDict,
  metadata: Readonly<Record<string, string>> = {},
  type: WrittenType = "F32",
): Uint8Array<ArrayBuffer> {
  // Joined by hand, because an object would move names like "0" to the front.
  const fields: string[] = [];
  if (Object.keys(metadata).length > 0) fields.push(`"__metadata__":${JSON.stringify(metadata)}`);
  let end = 0;
  for (const [name, { shape, data }] of tensors) {
    if (name === "__metadata__") throw new RangeError("writeSafetensors: __metadata__ is reserved and cannot name a tensor");
    if (elementCount(shape) !== data.length) {
      throw new RangeError(`writeSafetensors: ${quote(name)} has the shape [${shape.join(", ")}] but ${data.length} elements`);
    }
    const begin = end;
    end += data.length * elementBytes[type];
    fields.push(`${JSON.stringify(name)}:${JSON.stringify({ dtype: type, shape, data_offsets: [begin, end] })}`);
  }
  const json = new TextEncoder().encode(`{${fields.join(",")}}`);
  const headerBytes = Math.ceil(json.length / 8) * 8;

  const file = new Uint8Array(8 + headerBytes + end);
  new DataView(file.buffer).setBigUint64(0, BigInt(headerBytes), true);
  file.fill(0x20, 8, 8 + headerBytes).set(json, 8);
  let at = 8 + headerBytes;
  for (const { data } of tensors.values()) {
    const stored = type === "F16" ? encodeFloat16(data) : data;
    file.set(new Uint8Array(stored.buffer, stored.byteOffset, stored.byteLength), at);
    at += stored.byteLength;
  }
  return file;
}
