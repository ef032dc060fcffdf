/** Seeded numbers for cases: uniform on [low, high), as float32 values (mulberry32; quality enough for test data). */
export function randomValues(seed: number, count: number, low = -1, high = 1): Float32Array {
  let state = (seed * 0x9e3779b9) >>> 0;
  return Float32Array.from({ length: count }, () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return low + ((t ^ (t >>> 14)) >>> 0) * 2 ** -32 * (high - low);
  });
}
