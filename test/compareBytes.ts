import { expect } from "vitest";

/**
 * Setup of every project: typed arrays of one kind whose bytes agree are equal, and are compared as bytes. `toEqual` alone takes 2.4 µs a number,
 * half a minute for the gradients of a large network. Arrays whose bytes differ are left to it, which tells where.
 */
expect.addEqualityTesters([
  (a: unknown, b: unknown): true | undefined => {
    if (!isTypedArray(a) || !isTypedArray(b) || a.constructor !== b.constructor) return undefined;
    return Buffer.compare(bytes(a), bytes(b)) === 0 ? true : undefined;
  },
]);

type TypedArray = Exclude<NodeJS.TypedArray, Buffer>;

function isTypedArray(value: unknown): value is TypedArray {
  return ArrayBuffer.isView(value) && !(value instanceof DataView);
}

function bytes({ buffer, byteOffset, byteLength }: TypedArray): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
