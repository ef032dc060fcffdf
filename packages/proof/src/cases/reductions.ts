import { type AxesOptions, mean, sum, sumAll, type Tensor } from "@kindling/autograd";
import { type Shape, sizeOf } from "@kindling/gpu";
import { axesSumReference, sumReference } from "@kindling/kernels";
import type { OpCase } from "../opCase.ts";
import type { OpFamily } from "../opFamily.ts";
import { randomValues } from "../random.ts";
import { withLargeValues } from "./withLargeValues.ts";

/** One element, fewer than a workgroup, one pass and two, a multiple of four and not. */
const wholes: readonly Shape[] = [[], [1], [3, 7], [5, 13, 13, 3], [3, 2, 700], [9001]];

/** Pixels, images, the last axis, axes apart, all, none; long axes in two or three passes, short ones in one, a multiple of four and not. */
const parts: readonly (readonly [Shape, readonly number[]])[] = [
  [[1], [0]],
  [
    [3, 5, 7, 17],
    [1, 2],
  ],
  [
    [2, 9, 11, 4],
    [1, 2],
  ],
  [
    [3, 5, 2, 3],
    [0, 1, 2],
  ],
  [[67, 12], [-1]],
  [[3, 5, 7], [2]],
  [
    [33, 3, 7, 5],
    [0, 2],
  ],
  [
    [3, 5, 2, 4],
    [1, 3],
  ],
  [
    [5, 3, 7],
    [0, 1, 2],
  ],
  [[2, 700], [1]],
  [[8229], [0]],
  [[3, 1, 5], [1]],
  [[3, 5, 4], []],
];

/** Sums and means, of everything and over axes. */
export const reductionFamilies: readonly OpFamily[] = [
  {
    op: "sumAll",
    cases: wholes.map((shape, i) => whole("sumAll", sumAll, shape, 1, 500 + i)),
    random: (draw) => whole("sumAll", sumAll, [draw.size(), draw.size(), draw.size()], 1, draw.seed()),
  },
  {
    op: "mean",
    cases: [
      ...wholes.map((shape, i) => whole("mean", mean, shape, 1 / sizeOf(shape), 520 + i)),
      ...parts.map(([shape, axes], i) => part("mean", mean, shape, axes, i % 2 === 0, 540 + i)),
      withLargeValues(whole("mean", mean, [3, 2, 700], 1 / 4200, 580)),
      withLargeValues(part("mean", mean, [2, 17, 13, 4], [1, 2], false, 581)),
      withLargeValues(part("mean", mean, [3, 700], [1], true, 582)),
    ],
    random: (draw) => {
      const [shape, axes] = randomPart(draw.integer, [draw.size(3), draw.size(), draw.size(5), draw.channels()]);
      return part("mean", mean, shape, axes, draw.oneOf([true, false]), draw.seed());
    },
  },
  {
    op: "sum",
    cases: parts.map(([shape, axes], i) => part("sum", sum, shape, axes, i % 2 === 1, 560 + i)),
    random: (draw) => {
      const [shape, axes] = randomPart(draw.integer, [draw.size(3), draw.size(), draw.size(5), draw.channels()]);
      return part("sum", sum, shape, axes, draw.oneOf([true, false]), draw.seed());
    },
  },
];

function whole(op: string, build: (x: Tensor) => Tensor, shape: Shape, scale: number, seed: number): OpCase {
  return {
    op,
    name: `[${shape}]`,
    inputs: [operand(shape, seed)],
    build: ([x]) => build(x!),
    reference: ([x]) => sumReference(x!, scale).value,
  };
}

function part(
  op: "sum" | "mean",
  build: (x: Tensor, axes: readonly number[], options: AxesOptions) => Tensor,
  shape: Shape,
  axes: readonly number[],
  keepDims: boolean,
  seed: number,
): OpCase {
  const kept = shape.map((size, axis) => (axes.includes(axis) || axes.includes(axis - shape.length) ? 1 : size));
  const scale = op === "mean" ? sizeOf(kept) / sizeOf(shape) : 1;
  return {
    op,
    name: `[${shape}] over [${axes}]${keepDims ? ", kept" : ""}`,
    inputs: [operand(shape, seed)],
    build: ([x]) => build(x!, axes, { keepDims }),
    reference: ([x]) => axesSumReference(x!, shape, kept, scale).value,
  };
}

/** Mostly positive, so that a sum is no small difference of large ones. */
function operand(shape: Shape, seed: number): OpCase["inputs"][number] {
  return { name: "x", shape, data: randomValues(seed, sizeOf(shape), -0.5, 1), differentiable: true };
}

/** Each axis is summed or not. */
function randomPart(integer: (low: number, high: number) => number, shape: Shape): readonly [Shape, readonly number[]] {
  return [shape, shape.map((_, axis) => axis).filter(() => integer(0, 1) === 1)];
}
