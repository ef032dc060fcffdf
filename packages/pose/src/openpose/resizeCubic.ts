import type { Size } from "../boxes/box.ts";

/** Along an axis, place i of the result is place scale·i + offset of the source. */
export interface AxisPlaces {
  readonly scale: number;
  readonly offset: number;
}

/**
 * Maps [h, w, channels] at another size, [h', w', channels], by cubic convolution (Keys 1981, a = −0.75) of the four nearest values along
 * each axis: `cv2.resize(maps, …, interpolation=cv2.INTER_CUBIC)` of floats. Pixel centres correspond, x = (x' + ½)·w/w' − ½, unless
 * `places` say what does; beyond the border the last value goes on. There is no filter where the result is smaller.
 * @throws RangeError when a size is not positive or the maps are not of theirs.
 */
export function resizeCubic(
  maps: Float32Array,
  channels: number,
  from: Size,
  to: Size,
  places: { readonly x: AxisPlaces; readonly y: AxisPlaces } = { x: centred(from.width, to.width), y: centred(from.height, to.height) },
): Float32Array {
  if (!(to.width > 0 && to.height > 0) || maps.length === 0 || maps.length !== from.width * from.height * channels) {
    throw new RangeError(
      `resizeCubic: ${from.height} × ${from.width} cells of ${channels} channels to ${to.height} × ${to.width}; got ${maps.length} values`,
    );
  }
  const wide = new Float32Array(from.height * to.width * channels);
  for (const [x, { cells, weights }] of taps(from.width, to.width, places.x).entries()) {
    for (let row = 0; row < from.height; row++) {
      const place = (cell: number): number => (row * from.width + cell) * channels;
      blend(
        maps,
        [place(cells[0]), place(cells[1]), place(cells[2]), place(cells[3])],
        weights,
        wide,
        (row * to.width + x) * channels,
        channels,
      );
    }
  }
  const rowLength = to.width * channels;
  const result = new Float32Array(to.height * rowLength);
  for (const [y, { cells, weights }] of taps(from.height, to.height, places.y).entries()) {
    const [first, second, third, fourth] = cells;
    blend(wide, [first * rowLength, second * rowLength, third * rowLength, fourth * rowLength], weights, result, y * rowLength, rowLength);
  }
  return result;
}

function centred(from: number, to: number): AxisPlaces {
  return { scale: from / to, offset: (0.5 * from) / to - 0.5 };
}

type Four = readonly [number, number, number, number];

/** For each place of the result the cells that it is made of, and their weights. */
function taps(from: number, to: number, { scale, offset }: AxisPlaces): readonly { readonly cells: Four; readonly weights: Four }[] {
  const inside = (cell: number): number => Math.min(Math.max(cell, 0), from - 1);
  return Array.from({ length: to }, (_, i) => {
    const position = scale * i + offset;
    const cell = Math.floor(position);
    return { cells: [inside(cell - 1), inside(cell), inside(cell + 1), inside(cell + 2)], weights: cubicWeights(position - cell) };
  });
}

/** Of the cells at −1, 0, 1 and 2, for a place between 0 and 1. */
function cubicWeights(x: number): Four {
  const a = -0.75;
  const near = (d: number): number => ((a + 2) * d - (a + 3)) * d * d + 1;
  const before = ((a * (x + 1) - 5 * a) * (x + 1) + 8 * a) * (x + 1) - 4 * a;
  const [here, next] = [near(x), near(1 - x)];
  return [before, here, next, 1 - before - here - next];
}

/** `length` values that are sums of four runs of values. */
function blend(source: Float32Array, [a, b, c, d]: Four, [wa, wb, wc, wd]: Four, into: Float32Array, at: number, length: number): void {
  for (let i = 0; i < length; i++) into[at + i] = source[a + i]! * wa + source[b + i]! * wb + source[c + i]! * wc + source[d + i]! * wd;
}
