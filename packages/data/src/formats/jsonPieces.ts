/**
 * Puts a JSON document together from chunks of its bytes, parsing it piece by piece: a root array element by element, a root object key by key, and an array
 * under a key of it element by element. For documents that no JavaScript string can hold (512 MiB), or whose elements are not wanted whole.
 * Only brackets, commas and strings are looked at here; each piece is JSON.parse's.
 */
export class JsonPieces {
  readonly #keep: (element: unknown) => unknown;
  #root: unknown[] | Record<string, unknown> | null = null;
  /** The array that is being filled: the root, or the value of a key of it. */
  #array: unknown[] | null = null;
  /** Open brackets, and how many are open where commas part pieces. */
  #depth = 0;
  #pieceDepth = 1;
  #inString = false;
  #escaped = false;
  /** Bytes of the present piece from earlier chunks. */
  readonly #earlier: Buffer[] = [];
  /** The value of the present key is an array that has been read. */
  #afterArray = false;
  /** A comma came last. */
  #afterComma = false;
  #ended = false;

  /** @param keep what is kept of an element of an array. */
  constructor(keep: (element: unknown) => unknown) {
    this.#keep = keep;
  }

  /** Takes the next bytes. @throws SyntaxError where JSON.parse would. */
  push(chunk: Buffer): void {
    let [start, inString, escaped, depth] = [0, this.#inString, this.#escaped, this.#depth]; // locals: this loop sees every byte
    let pieceDepth = this.#pieceDepth;
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at]!;
      if (inString) {
        if (escaped) escaped = false;
        else if (byte === backslash) escaped = true;
        else if (byte === quote) inString = false;
      } else if (byte <= comma) {
        if (byte === quote) inString = true;
        else if (byte === comma && depth === pieceDepth) {
          this.#piece(this.#text(chunk, start, at), true);
          start = at + 1;
        }
      } else if (byte >= openBracket) {
        if (byte === openBrace || byte === openBracket) {
          depth++;
          const begins = depth === 1 || (depth === 2 && byte === openBracket && this.#array === null);
          if (!begins) continue;
          this.#begin(byte, depth, this.#text(chunk, start, at));
        } else if (byte === closeBrace || byte === closeBracket) {
          if (depth-- !== pieceDepth) continue;
          this.#end(byte, depth, this.#text(chunk, start, at));
        } else continue;
        pieceDepth = this.#pieceDepth;
        start = at + 1;
      }
    }
    [this.#inString, this.#escaped, this.#depth] = [inString, escaped, depth];
    if (start < chunk.length) this.#earlier.push(Buffer.from(chunk.subarray(start)));
  }

  /** The document. @throws SyntaxError when its end has not come, or more has. */
  finish(): unknown {
    if (!this.#ended || !isBlank(this.#text(Buffer.alloc(0), 0, 0))) throw new SyntaxError("the document ends too early or too late");
    return this.#root;
  }

  /** The root, or an array under the key that stands before its bracket. */
  #begin(byte: number, depth: number, before: string): void {
    if (depth === 1) {
      if (this.#root !== null || !isBlank(before)) throw new SyntaxError(`unexpected "${start(before)}" outside the document`);
      this.#root = byte === openBracket ? (this.#array = []) : {};
      return;
    }
    const key = /^\s*("(?:[^"\\]|\\.)*")\s*:\s*$/su.exec(before)?.[1];
    if (key === undefined || this.#afterArray) throw new SyntaxError(`unexpected array after "${start(before)}"`);
    [this.#array, this.#pieceDepth, this.#afterComma] = [[], 2, false];
    this.#set(String(parse(key, "a key")), this.#array);
  }

  #end(byte: number, depth: number, last: string): void {
    this.#piece(last, false);
    if ((this.#array !== null) !== (byte === closeBracket))
      throw new SyntaxError("a bracket is closed by a brace, or a brace by a bracket");
    if (depth === 0) this.#ended = true;
    else [this.#array, this.#pieceDepth, this.#afterArray] = [null, 1, true];
  }

  #piece(text: string, followed: boolean): void {
    if (this.#afterArray) {
      if (!isBlank(text)) throw new SyntaxError(`unexpected "${start(text)}" after an array`);
    } else if (isBlank(text)) {
      if (followed || this.#afterComma) throw new SyntaxError("nothing stands beside a comma");
    } else if (this.#array) {
      this.#array.push(this.#keep(parse(text, `element ${this.#array.length}`)));
    } else {
      for (const [key, value] of Object.entries(Object(parse(`{${text}}`, "the document")))) this.#set(key, value);
    }
    [this.#afterArray, this.#afterComma] = [false, followed];
  }

  #set(key: string, value: unknown): void {
    Object.defineProperty(this.#root, key, { value, enumerable: true, configurable: true, writable: true }); // "__proto__" too
  }

  /** The present piece, which ends here. */
  #text(chunk: Buffer, from: number, to: number): string {
    if (this.#earlier.length === 0) return chunk.toString("utf8", from, to);
    return Buffer.concat([...this.#earlier.splice(0), chunk.subarray(from, to)]).toString("utf8");
  }
}

function parse(text: string, place: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new SyntaxError(`${(error as SyntaxError).message} in ${place}`, { cause: error }); // JSON.parse throws nothing else
  }
}

function isBlank(text: string): boolean {
  return /^[ \t\r\n]*$/.test(text);
}

/** The beginning of a text, for messages. */
function start(text: string): string {
  return text.trim().slice(0, 20);
}

const quote = 0x22;
const comma = 0x2c;
const backslash = 0x5c;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;
