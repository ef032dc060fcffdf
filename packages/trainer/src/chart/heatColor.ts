/** Ten colours of the map "viridis" (matplotlib; Smith and van der Walt), which grow evenly lighter for every kind of colour vision. */
const viridis: readonly (readonly [red: number, green: number, blue: number])[] = [
  [68, 1, 84],
  [72, 40, 120],
  [62, 73, 137],
  [49, 104, 142],
  [38, 130, 142],
  [31, 158, 137],
  [53, 183, 121],
  [110, 206, 88],
  [181, 222, 43],
  [253, 231, 37],
];

/** Colour of a value between 0 (dark) and 1 (bright), bytes; what lies beyond is cut off. */
export function heatColor(value: number): readonly [red: number, green: number, blue: number] {
  const at = Math.min(1, Math.max(0, value)) * (viridis.length - 1);
  const first = Math.min(viridis.length - 2, Math.floor(at));
  const [low, high] = [viridis[first]!, viridis[first + 1]!];
  const [red, green, blue] = low.map((byte, i) => Math.round(byte + (high[i]! - byte) * (at - first))) as [number, number, number]; // of three
  return [red, green, blue];
}

/** A picture under the colours of a map of its size with values 0 … 1, half of each: RGBA bytes → the same. */
export function overlayHeat(rgba: Uint8Array | Uint8ClampedArray, map: ArrayLike<number>): Uint8Array {
  const blended = new Uint8Array(rgba.length);
  for (let pixel = 0; pixel < map.length; pixel++) {
    const color = heatColor(map[pixel]!);
    for (let i = 0; i < 3; i++) blended[pixel * 4 + i] = Math.round((rgba[pixel * 4 + i]! + color[i]!) / 2);
    blended[pixel * 4 + 3] = 255;
  }
  return blended;
}
