import { type Aval, byteLengthOf, type DType, decodeFloat16, encodeFloat16 } from "@kindling/gpu";

/** The values that a storage type makes of these. */
export function rounded(data: Float32Array, dtype: DType): Float32Array {
  return dtype === "f16" ? decodeFloat16(encodeFloat16(data)) : data;
}

/** Values of a tensor as Program.write takes them: whole words. */
export function bytesOf(data: Float32Array, tensor: Aval): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(byteLengthOf(tensor));
  bytes.set(new Uint8Array(elementsOf(data, tensor.dtype).buffer));
  return bytes;
}

function elementsOf(data: Float32Array, dtype: DType): Float32Array<ArrayBuffer> | Uint16Array<ArrayBuffer> | Uint32Array<ArrayBuffer> {
  if (dtype === "f16") return encodeFloat16(data);
  return dtype === "u32" ? Uint32Array.from(data) : Float32Array.from(data);
}
