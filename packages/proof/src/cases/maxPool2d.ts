import { maxPool2d } from "@kindling/autograd";
import { type Shape, sizeOf } from "@kindling/gpu";
import { type MaxPool2dProblem, maxPool2dOutputSize, maxPool2dReference } from "@kindling/kernels";
import type { OpCase } from "../opCase.ts";
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
  { x: [3, 8, 7, 8], kernel: 2, stride: 2, padding: 0, ceilMode: true },
  { x: [1, 10, 3, 4], kernel: 2, stride: 3, padding: 0, ceilMode: false },
  { x: [2, 4, 4, 5], kernel: 3, stride: 3, padding: 1, ceilMode: true },
  { x: [1, 5, 6, 4], kernel: 2, stride: 2, padding: 1, ceilMode: true },
  { x: [1, 17, 18, 4], kernel: 16, stride: 1, padding: 3, ceilMode: false },
];

/** The problem of a row of {@link maxPool2dSizes}. */
export function maxPool2dProblemOf({ x, kernel, stride, padding, ceilMode }: Sizes): MaxPool2dProblem {
  const [batch, height, width, channels] = x as [number, number, number, number];
  const [outHeight, outWidth] = [height, width].map((size) => maxPool2dOutputSize(size, kernel, stride, padding, ceilMode)) as [
    number,
    number,
  ];
  return { batch, height, width, channels, outHeight, outWidth, kernel, stride, padding };
}

/** Name of a case: `[2,7,5,3] kernel 3 stride 2 padding 1`. */
export function maxPool2dCaseName({ x, kernel, stride, padding, ceilMode }: Sizes): string {
  return `[${x}] kernel ${kernel} stride ${stride} padding ${padding}${ceilMode ? " ceil" : ""}`;
}

/** Cases of maxPool2d. */
export const maxPool2dCases: readonly OpCase[] = maxPool2dSizes.map((sizes, i) => ({
  op: "maxPool2d",
  name: maxPool2dCaseName(sizes),
  inputs: [{ name: "x", shape: sizes.x, data: randomValues(200 + i, sizeOf(sizes.x)), differentiable: true }],
  build: ([x]) => maxPool2d(x!, sizes),
  reference: ([x]) => maxPool2dReference(maxPool2dProblemOf(sizes), x!).value,
}));
