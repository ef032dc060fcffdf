/**
 * Hash of a text as 16 hexadecimal digits: two 32-bit lanes of multiply and xor, finished as MurmurHash3 (Appleby 2011). It tells sources
 * apart and keeps nothing secret; unlike crypto.subtle it answers at once.
 */
export function textHash(text: string): string {
  let [a, b] = [0x9e3779b9, 0x85ebca6b];
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    a = Math.imul(a ^ code, 0xcc9e2d51);
    a = (a << 15) | (a >>> 17);
    b = Math.imul(b ^ code ^ (a >>> 7), 0x1b873593);
    b = (b << 13) | (b >>> 19);
  }
  return [mix32(a ^ text.length), mix32(b ^ a)].map((lane) => lane.toString(16).padStart(8, "0")).join("");
}

/** The finisher of MurmurHash3: each bit of the answer depends on each of `value`. → u32 */
export function mix32(value: number): number {
  let mixed = value ^ (value >>> 16);
  mixed = Math.imul(mixed, 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
