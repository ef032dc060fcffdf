/** A crop, or an image with several persons, with what was labelled and what was predicted on it. */
export interface SampleTile {
  /** [height, width, 4] */
  readonly rgba: Uint8Array | Uint8ClampedArray;
  readonly width: number;
  readonly height: number;
  /** [k·3] each: x, y in the crop's pixels and visibility; drawn in white. */
  readonly truth?: readonly ArrayLike<number>[];
  /** [k·3] each: x, y in the crop's pixels and score; drawn in the colours of the sides. */
  readonly predicted: readonly ArrayLike<number>[];
  /** Written in the tile's upper left corner. */
  readonly label?: string;
}
