import { duplicateKey } from "./duplicateKey.ts";
import { elementCount, isSize } from "./elementCount.ts";
import { type ElementType, elementBytes } from "./elementType.ts";
import { quote } from "./quote.ts";
import { WeightsFileError } from "./weightsFileError.ts";

/** One tensor of a safetensors header: its bytes are [begin, end) of the data that follow the header. */
export interface SafetensorsEntry {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

export interface SafetensorsHeader {
  /** In the order of their data. */
  readonly entries: readonly SafetensorsEntry[];
  readonly metadata: Record<string, string>;
  /** Where the data start in the file. */
  readonly dataStart: number;
}

/**
 * Whether `bytes` start like a safetensors file, whole or cut short: a plausible header length, then a JSON object.
 * Source: the format description of github.com/huggingface/safetensors.
 */
export function hasSafetensorsHeader(bytes: Uint8Array): boolean {
  return bytes.length > 8 && headerBytes(bytes) <= maxHeaderBytes && bytes[8] === 0x7b;
}

/**
 * The validated header: lengths, names, types, shapes and offsets agree with one another and with the size of the file.
 * @throws WeightsFileError when they do not.
 */
export function parseSafetensorsHeader(bytes: Uint8Array): SafetensorsHeader {
  if (bytes.length < 8) throw new WeightsFileError(`safetensors: the file has ${bytes.length} bytes, which is too short for a header`);
  const length = headerBytes(bytes);
  if (length > maxHeaderBytes)
    throw new WeightsFileError(`safetensors: the header claims ${length} bytes; the format allows ${maxHeaderBytes}`);
  if (length > bytes.length - 8) {
    throw new WeightsFileError(
      `safetensors: the header claims ${length} bytes, but only ${bytes.length - 8} follow; is the file cut short?`,
    );
  }
  const header = parseJson(bytes.subarray(8, 8 + length));
  const dataStart = 8 + length;
  const entries: SafetensorsEntry[] = [];
  let metadata: Record<string, string> = {};
  for (const [name, value] of Object.entries(header)) {
    if (name === "__metadata__") metadata = parseMetadata(value);
    else entries.push(parseEntry(name, value));
  }
  entries.sort((a, b) => a.begin - b.begin || a.end - b.end);
  checkCoverage(entries, bytes.length - dataStart);
  return { entries, metadata, dataStart };
}

/** The limit of the reference implementation. */
const maxHeaderBytes = 100_000_000;

function headerBytes(bytes: Uint8Array): number {
  return Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
}

function parseJson(bytes: Uint8Array): Readonly<Record<string, unknown>> {
  let text: string;
  let value: unknown;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    value = JSON.parse(text);
  } catch (cause) {
    throw new WeightsFileError(`safetensors: the header is no valid JSON (${(cause as Error).message})`, { cause });
  }
  if (!isRecord(value)) throw new WeightsFileError("safetensors: the header is JSON, but no object");
  const duplicate = duplicateKey(text);
  if (duplicate !== undefined) throw new WeightsFileError(`safetensors: the header names ${quote(duplicate)} twice`);
  return value;
}

function parseMetadata(value: unknown): Record<string, string> {
  if (isRecord(value)) {
    const pairs = Object.entries(value);
    if (pairs.every((pair): pair is [string, string] => typeof pair[1] === "string")) return Object.fromEntries(pairs);
  }
  throw new WeightsFileError("safetensors: __metadata__ must be an object of strings");
}

function parseEntry(name: string, value: unknown): SafetensorsEntry {
  const quoted = quote(name);
  if (!isRecord(value)) throw new WeightsFileError(`safetensors: the header's entry ${quoted} is no object`);
  const { dtype, shape, data_offsets: offsets } = value;
  if (!isElementType(dtype)) {
    throw new WeightsFileError(
      `safetensors: ${quoted} has the dtype ${quote(String(dtype))}; known are ${Object.keys(elementBytes).join(", ")}`,
    );
  }
  const count = elementCount(shape);
  if (count === undefined) throw new WeightsFileError(`safetensors: the shape of ${quoted} is no list of sizes`);
  const [begin, end] = Array.isArray(offsets) && offsets.length === 2 ? offsets : [];
  if (!isSize(begin) || !isSize(end) || begin > end) {
    throw new WeightsFileError(`safetensors: data_offsets of ${quoted} must be two offsets, the smaller first`);
  }
  if (end - begin !== count * elementBytes[dtype]) {
    throw new WeightsFileError(
      `safetensors: ${quoted} is ${dtype}[${shape}], ${count * elementBytes[dtype]} bytes, but its data_offsets span ${end - begin}`,
    );
  }
  return { name, type: dtype, shape: shape as readonly number[], begin, end }; // elementCount proved that shape is a list of sizes
}

/** The data must be covered without gap or overlap, as the format demands. */
function checkCoverage(entries: readonly SafetensorsEntry[], dataBytes: number): void {
  let covered = 0;
  for (const { name, begin, end } of entries) {
    const quoted = quote(name);
    if (end > dataBytes) {
      throw new WeightsFileError(`safetensors: ${quoted} ends at byte ${end} of ${dataBytes} bytes of data; is the file cut short?`);
    }
    if (begin < covered) throw new WeightsFileError(`safetensors: the data of ${quoted} overlap those of another tensor`);
    if (begin > covered)
      throw new WeightsFileError(`safetensors: ${begin - covered} bytes before the data of ${quoted} belong to no tensor`);
    covered = end;
  }
  if (covered !== dataBytes)
    throw new WeightsFileError(`safetensors: ${dataBytes - covered} bytes after the last tensor belong to no tensor`);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isElementType(value: unknown): value is ElementType {
  return typeof value === "string" && Object.hasOwn(elementBytes, value);
}
