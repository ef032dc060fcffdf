/** Bytes of a message in pieces, so that large fields are neither copied nor all in memory at once. */
export type Message = readonly Piece[];

/** Some bytes, or how many there will be and what makes them. */
export type Piece = Uint8Array | { readonly byteLength: number; readonly make: () => Uint8Array };

/** Field of an integer (int32, int64, enum) of at most 53 bits. Source of the encoding: protobuf.dev/programming-guides/encoding. */
export function integerField(field: number, value: number): Message {
  return [Uint8Array.from([...varint(field * 8), ...varint(value)])];
}

/** Field of a float. */
export function floatField(field: number, value: number): Message {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setFloat32(0, value, true);
  return [Uint8Array.from([...varint(field * 8 + 5), ...bytes])];
}

/** Field of a string, as UTF-8. */
export function textField(field: number, text: string): Message {
  return messageField(field, [new TextEncoder().encode(text)]);
}

/** Field of a message, or of bytes. */
export function messageField(field: number, message: Message): Message {
  const length = message.reduce((sum, { byteLength }) => sum + byteLength, 0);
  return [Uint8Array.from([...varint(field * 8 + 2), ...varint(length)]), ...message];
}

/** Seven bits a byte, the lowest first; negative numbers as 64 bits. */
function varint(value: number): number[] {
  let rest = BigInt.asUintN(64, BigInt(value));
  const bytes: number[] = [];
  while (rest > 0x7fn) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  return [...bytes, Number(rest)];
}
