/**
 * Philox4x32-10: four u32 that are a bijective scramble of a counter (four u32) under a key (two u32).
 * Source: Salmon, Moraes, Dror, Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3".
 */
export function philox(counter: readonly [number, number, number, number], key: readonly [number, number]): readonly number[] {
  let [a, b, c, d] = counter;
  let [k0, k1] = key;
  for (let round = 0; round < 10; round++) {
    const highA = multiplyHigh(a, 0xd2511f53);
    const highC = multiplyHigh(c, 0xcd9e8d57);
    const lowA = Math.imul(a, 0xd2511f53) >>> 0;
    const lowC = Math.imul(c, 0xcd9e8d57) >>> 0;
    a = (highC ^ b ^ k0) >>> 0;
    b = lowC;
    c = (highA ^ d ^ k1) >>> 0;
    d = lowA;
    k0 = (k0 + 0x9e3779b9) >>> 0;
    k1 = (k1 + 0xbb67ae85) >>> 0;
  }
  return [a, b, c, d];
}

/** The upper 32 bits of the 64-bit product of two u32, from 16-bit halves because a double holds only 53 bits. */
function multiplyHigh(x: number, y: number): number {
  const [xHigh, xLow, yHigh, yLow] = [x >>> 16, x & 0xffff, y >>> 16, y & 0xffff];
  const middle = xHigh * yLow + ((xLow * yLow) >>> 16);
  const carry = (middle % 2 ** 16) + xLow * yHigh;
  return (xHigh * yHigh + Math.floor(middle / 2 ** 16) + Math.floor(carry / 2 ** 16)) >>> 0;
}
