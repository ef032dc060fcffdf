import { resizeBilinear, resizeNearest } from "@kindling/autograd";
import { type Shape, sizeOf } from "@kindling/gpu";
import { type ResizeProblem, resizeBilinearReference, resizeNearestReference } from "@kindling/kernels";
import type { OpCase } from "../opCase.ts";
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

/** Cases of resizeBilinear, both ways to place the corners, and of resizeNearest. */
export const resizeCases: readonly OpCase[] = resizeSizesOfCases.flatMap((sizes, i) => {
  const problem = resizeProblemOf(sizes);
  const inputs = [{ name: "x", shape: sizes.x, data: randomValues(300 + i, sizeOf(sizes.x)), differentiable: true }];
  const name = `[${sizes.x}] to [${sizes.size}]`;
  return [
    ...[false, true].map(
      (alignCorners): OpCase => ({
        op: "resizeBilinear",
        name: `${name}${alignCorners ? " aligned" : ""}`,
        inputs,
        build: ([x]) => resizeBilinear(x!, sizes.size, { alignCorners }),
        reference: ([x]) => resizeBilinearReference({ ...problem, alignCorners }, x!).value,
      }),
    ),
    {
      op: "resizeNearest",
      name,
      inputs,
      build: ([x]) => resizeNearest(x!, sizes.size),
      reference: ([x]) => resizeNearestReference(problem, x!).value,
    },
  ];
});
