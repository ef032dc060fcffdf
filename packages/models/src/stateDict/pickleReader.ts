import type { Parser } from "pickleparser";
import { WeightsFileError } from "./weightsFileError.ts";

/**
 * What pickleparser reads from, without its sharp edges: opcodes that no state dict needs are refused (DICT would lose its items, LONG4
 * takes quadratic time), lengths are never negative (its own reader would step back and loop for ever), and integers beyond 48 bits
 * saturate, since it fails on the random seeds that some checkpoints carry. BUILD, which would assign attributes to any object, becomes
 * POP: the attributes of a state dict (`_metadata`) say nothing about its tensors.
 */
export class PickleReader implements Reader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #position = 0;
  #opcode = 0;
  #opcodeIsNext = false;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** The offset of the next byte. */
  get position(): number {
    return this.#position;
  }

  /** The parser asks this before each opcode and nowhere else. */
  hasNext(): boolean {
    this.#opcodeIsNext = true;
    return this.#position < this.#bytes.length;
  }

  byte(): number {
    const value = this.#view.getUint8(this.#take(1));
    if (!this.#opcodeIsNext) return value;
    this.#opcodeIsNext = false;
    this.#opcode = value;
    if (value === build) return pop;
    if (opcodes.has(value)) return value;
    throw new WeightsFileError(`pickle: byte ${this.#position - 1} holds the opcode 0x${value.toString(16)}, which no state dict uses`);
  }

  bytes(length: number): Uint8Array {
    const start = this.#take(length);
    if (this.#opcode === long1 && length > 6) return largestLong;
    return this.#bytes.subarray(start, start + length);
  }

  uint16(): number {
    return this.#view.getUint16(this.#take(2), true);
  }

  int32(): number {
    return this.#view.getInt32(this.#take(4), true);
  }

  uint32(): number {
    return this.#view.getUint32(this.#take(4), true);
  }

  uint64(): number {
    return Number(this.#view.getBigUint64(this.#take(8), true));
  }

  /** Pickle's only big-endian value. */
  float64(): number {
    return this.#view.getFloat64(this.#take(8), false);
  }

  skip(length: number): void {
    this.#take(length);
  }

  string(length: number, encoding: "ascii" | "utf-8"): string {
    const start = this.#take(length);
    return new TextDecoder(encoding).decode(this.#bytes.subarray(start, start + length));
  }

  line(): string {
    const end = this.#bytes.indexOf(0x0a, this.#position);
    if (end < 0) throw endOfFile();
    const text = this.string(end - this.#position, "ascii");
    this.#take(1);
    return text;
  }

  /** Advances by `length` and returns the offset before. */
  #take(length: number): number {
    const start = this.#position;
    if (length < 0 || length > this.#bytes.length - start) throw endOfFile();
    this.#position = start + length;
    return start;
  }
}

type Reader = Parameters<Parser["read"]>[0];

function endOfFile(): WeightsFileError {
  return new WeightsFileError("pickle: the file ends inside a value; is it cut short?");
}

const long1 = 0x8a;
const build = 0x62;
const pop = 0x30;

/** 2⁴⁸ − 1: larger than any size, offset or stride can be. */
const largestLong = new Uint8Array(6).fill(0xff);

/** What PyTorch takes with weights_only (torch/_weights_only_unpickler.py), and the strings and frames of Python 2 and protocols 3 to 5. */
const opcodes: ReadonlySet<number> = new Set([
  ...[0x80, 0x95, 0x2e], // PROTO, FRAME, STOP
  ...[0x28, 0x31, pop], // MARK, POP_MARK, POP
  ...[0x71, 0x72, 0x94, 0x68, 0x6a], // BINPUT, LONG_BINPUT, MEMOIZE, BINGET, LONG_BINGET
  ...[0x4e, 0x88, 0x89], // NONE, NEWTRUE, NEWFALSE
  ...[0x4a, 0x4b, 0x4d, long1, 0x47], // BININT, BININT1, BININT2, LONG1, BINFLOAT
  ...[0x54, 0x55, 0x58, 0x8c, 0x8d], // BINSTRING, SHORT_BINSTRING, BINUNICODE, SHORT_BINUNICODE, BINUNICODE8
  ...[0x42, 0x43, 0x8e], // BINBYTES, SHORT_BINBYTES, BINBYTES8
  ...[0x29, 0x85, 0x86, 0x87, 0x74], // EMPTY_TUPLE, TUPLE1, TUPLE2, TUPLE3, TUPLE
  ...[0x5d, 0x61, 0x65], // EMPTY_LIST, APPEND, APPENDS
  ...[0x7d, 0x73, 0x75], // EMPTY_DICT, SETITEM, SETITEMS
  ...[0x8f, 0x90], // EMPTY_SET, ADDITEMS
  ...[0x63, 0x93, 0x52, 0x51], // GLOBAL, STACK_GLOBAL, REDUCE, BINPERSID
]);
