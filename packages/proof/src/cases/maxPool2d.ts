import { maxPool2d } from "@kindling/autograd";
import { type Shape, sizeOf } from "@kindling/gpu";
import { type MaxPool2dProblem, maxPool2dReference, pool2dOutputSize } from "@kindling/kernels";
import type { OpCase } from "../opCase.ts";
import type { Draw, OpFamily } from "../opFamily.ts";
import { randomValues } from "../random.ts";

interface Sizes {
  readonly x: Shape;
  readonly kernel: number;
  readonly stride: number;
  readonly padding: number;
  readonly ceilMode: boolean;
}

/** Sizes chosen to break poolings: one pixel, odd sizes, windows over the edges, gaps between windows, a last window that PyTorch drops. */
export const maxPool2dSizes: readonly Sizes[] = [
  { x: [1, 1, 1, 1], kernel: 1, stride: 1, padding: 0, ceilMode: false },
  { x: [2, 7, 5, 3], kernel: 3, stride: 2, padding: 1, ceilMode: false },
  { x: [1, 14, 12, 64], kernel: 3, stride: 2, padding: 0, ceilMode: true },
  { x: [1, 9, 4, 17], kernel: 5, stride: 1, padding: 2, ceilMode: false },
  { x: [1, 11, 8, 4], kernel: 9, stride: 1, padding: 4, ceilMode: false },
  { x: [1, 7, 12, 3], kernel: 13, stride: 1, padding: 6, ceilMode: false },
  { x: [3, 8, 7, 8], kernel: 2, stride: 2, padding: 0, ceilMode: true },
  { x: [1, 10, 3, 4], kernel: 2, stride: 3, padding: 0, ceilMode: false },
  { x: [2, 4, 4, 5], kernel: 3, stride: 3, padding: 1, ceilMode: true },
  { x: [1, 5, 6, 4], kernel: 2, stride: 2, padding: 1, ceilMode: true },
  { x: [1, 17, 18, 4], kernel: 16, stride: 1, padding: 3, ceilMode: false },
];

/** The problem of a row of {@link maxPool2dSizes}. */
export function maxPool2dProblemOf({ x, kernel, stride, padding, ceilMode }: Sizes): MaxPool2dProblem {
  const [batch, height, width, channels] = x as [number, number, number, number];
  const [outHeight, outWidth] = [height, width].map((size) => pool2dOutputSize(size, kernel, stride, padding, ceilMode)) as [
    number,
    number,
  ];
  return { batch, height, width, channels, outHeight, outWidth, kernel, stride, padding };
}

/** Name of a case: `[2,7,5,3] kernel 3 stride 2 padding 1`. */
export function maxPool2dCaseName({ x, kernel, stride, padding, ceilMode }: Sizes): string {
  return `[${x}] kernel ${kernel} stride ${stride} padding ${padding}${ceilMode ? " ceil" : ""}`;
}

/** maxPool2d. */
export const maxPool2dFamily: OpFamily = {
  op: "maxPool2d",
  cases: maxPool2dSizes.map((sizes, i) => maxPool2dCase(sizes, 200 + i)),
  random(draw) {
    const { shortest, ...window } = drawWindow(draw);
    const length = () => Math.max(shortest, draw.size());
    return maxPool2dCase({ x: [draw.size(2), length(), length(), draw.channels()], ...window }, draw.seed());
  },
};

/** Windows that poolings of the field use, and the shortest side of an image that has room for one. */
export function drawWindow(draw: Draw): Omit<Sizes, "x"> & { readonly shortest: number } {
  const kernel = draw.oneOf([1, 2, 3, 5, 9, 13]);
  const padding = draw.integer(0, Math.floor(kernel / 2));
  const stride = draw.integer(1, 3);
  return { kernel, stride, padding, ceilMode: draw.oneOf([false, true]), shortest: Math.max(1, kernel - 2 * padding) };
}

function maxPool2dCase(sizes: Sizes, seed: number): OpCase {
  return {
    op: "maxPool2d",
    name: maxPool2dCaseName(sizes),
    inputs: [{ name: "x", shape: sizes.x, data: distinctValues(sizes.x, seed), differentiable: true }],
    build: ([x]) => maxPool2d(x!, sizes),
    reference: ([x]) => maxPool2dReference(maxPool2dProblemOf(sizes), x!).value,
  };
}

/** Multiples of 1/64 in a random order, no two alike in one map: no window has two maxima, also not after rounding to f16. */
function distinctValues(shape: Shape, seed: number): Float32Array {
  const [batch = 0, height = 0, width = 0, channels = 0] = shape;
  const pixels = height * width;
  const random = randomValues(seed, sizeOf(shape));
  const data = new Float32Array(random.length);
  for (let n = 0; n < batch; n++)
    for (let c = 0; c < channels; c++) {
      const places = Array.from({ length: pixels }, (_, pixel) => (n * pixels + pixel) * channels + c);
      const sorted = places.toSorted((a, b) => random[a]! - random[b]!);
      for (const [rank, at] of sorted.entries()) data[at] = (rank - Math.floor(pixels / 2)) / 64;
    }
  return data;
}
