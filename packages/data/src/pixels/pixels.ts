/** A picture whose pixels are changed in place: RGBA [height, width, 4]; alpha stays as it is. */
export interface Pixels {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
}
