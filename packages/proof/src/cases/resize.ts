import { resizeBilinear, resizeNearest } from "@kindling/autograd";
import { type Shape, sizeOf } from "@kindling/gpu";
import { type ResizeProblem, resizeBilinearReference, resizeNearestReference } from "@kindling/kernels";
import type { OpCase } from "../opCase.ts";
import type { Draw, OpFamily } from "../opFamily.ts";
import { randomValues } from "../random.ts";

interface Sizes {
  readonly x: Shape;
  readonly size: Shape;
}

/** Sizes chosen to break resizes: from and to one pixel, the same size, fractions both ways, both axes apart, inputs that no output reads. */
export const resizeSizesOfCases: readonly Sizes[] = [
  { x: [1, 1, 1, 1], size: [5, 3] },
  { x: [2, 5, 7, 3], size: [13, 17] },
  { x: [1, 23, 17, 4], size: [96, 72] },
  { x: [1, 12, 9, 8], size: [12, 9] },
  { x: [2, 13, 11, 5], size: [4, 3] },
  { x: [1, 7, 1, 4], size: [3, 9] },
  { x: [1, 6, 8, 4], size: [24, 32] },
  { x: [1, 9, 9, 2], size: [1, 1] },
  { x: [1, 40, 3, 4], size: [3, 2] },
];

/** The problem of a row of {@link resizeSizesOfCases}. */
export function resizeProblemOf({ x, size }: Sizes): ResizeProblem {
  const [batch, height, width, channels] = x as [number, number, number, number];
  const [outHeight, outWidth] = size as [number, number];
  return { batch, height, width, channels, outHeight, outWidth };
}

/** resizeBilinear, both ways to place the corners. */
export const resizeBilinearFamily: OpFamily = {
  op: "resizeBilinear",
  cases: resizeSizesOfCases.flatMap((sizes, i) => [false, true].map((alignCorners) => bilinearCase(sizes, alignCorners, 300 + i))),
  random: (draw) => bilinearCase(drawSizes(draw), draw.oneOf([false, true]), draw.seed()),
};

/** resizeNearest. */
export const resizeNearestFamily: OpFamily = {
  op: "resizeNearest",
  cases: resizeSizesOfCases.map((sizes, i) => nearestCase(sizes, 300 + i)),
  random: (draw) => nearestCase(drawSizes(draw), draw.seed()),
};

function bilinearCase(sizes: Sizes, alignCorners: boolean, seed: number): OpCase {
  return {
    op: "resizeBilinear",
    name: `[${sizes.x}] to [${sizes.size}]${alignCorners ? " aligned" : ""}`,
    inputs: [{ name: "x", shape: sizes.x, data: randomValues(seed, sizeOf(sizes.x)), differentiable: true }],
    build: ([x]) => resizeBilinear(x!, sizes.size, { alignCorners }),
    reference: ([x]) => resizeBilinearReference({ ...resizeProblemOf(sizes), alignCorners }, x!).value,
  };
}

function nearestCase(sizes: Sizes, seed: number): OpCase {
  return {
    op: "resizeNearest",
    name: `[${sizes.x}] to [${sizes.size}]`,
    inputs: [{ name: "x", shape: sizes.x, data: randomValues(seed, sizeOf(sizes.x)), differentiable: true }],
    build: ([x]) => resizeNearest(x!, sizes.size),
    reference: ([x]) => resizeNearestReference(resizeProblemOf(sizes), x!).value,
  };
}

/** Up, down and, one time in four, twice the size or the same, along each axis by itself. */
function drawSizes(draw: Draw): Sizes {
  const [height, width] = [draw.size(), draw.size()];
  const outSize = (size: number) => draw.oneOf([draw.size(20), draw.size(20), draw.size(20), draw.oneOf([size, 2 * size])]);
  return { x: [draw.size(2), height, width, draw.channels()], size: [outSize(height), outSize(width)] };
}
