import { elementCount } from "./elementCount.ts";
import { decodeElements } from "./elementType.ts";
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

/**
 * A safetensors file of F32 tensors in the order of the map; the data start at a multiple of 8 bytes.
 * The same map (and metadata, in the same order) gives the same bytes.
 * @throws RangeError when the length of a tensor's data is not the product of its shape, or a tensor is called `__metadata__`.
 */
export function writeSafetensors(tensors: StateDict, metadata: Readonly<Record<string, string>> = {}): Uint8Array<ArrayBuffer> {
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
    end += data.byteLength;
    fields.push(`${JSON.stringify(name)}:${JSON.stringify({ dtype: "F32", shape, data_offsets: [begin, end] })}`);
  }
  const json = new TextEncoder().encode(`{${fields.join(",")}}`);
  const headerBytes = Math.ceil(json.length / 8) * 8;

  const file = new Uint8Array(8 + headerBytes + end);
  new DataView(file.buffer).setBigUint64(0, BigInt(headerBytes), true);
  file.fill(0x20, 8, 8 + headerBytes).set(json, 8);
  let at = 8 + headerBytes;
  for (const { data } of tensors.values()) {
    file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return file;
}
