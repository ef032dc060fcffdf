import { add, broadcastTo, div, maximum, mul, sub, type Tensor } from "@kindling/autograd";
import { type Shape, sizeOf } from "@kindling/gpu";
import { broadcastReference } from "@kindling/kernels";
import type { OpCase } from "../opCase.ts";
import type { Draw, OpFamily } from "../opFamily.ts";
import { randomValues } from "../random.ts";

/** Of a and of b: equal, one number, per channel, per image and channel, per image, per pixel, and axes in turn. */
const shapes: readonly (readonly [Shape, Shape])[] = [
  [[1], [1]],
  [
    [2, 5, 3, 7],
    [2, 5, 3, 7],
  ],
  [
    [3, 8, 4],
    [3, 8, 4],
  ],
  [[3, 5, 7], [1]],
  [[2, 3, 8], []],
  [[3, 5, 2, 17], [17]],
  [[2, 5, 3, 4], [4]],
  [
    [3, 5, 2, 3],
    [3, 1, 1, 3],
  ],
  [
    [3, 5, 2, 8],
    [3, 1, 1, 1],
  ],
  [
    [2, 3, 5, 3],
    [2, 3, 5, 1],
  ],
  [
    [2, 3, 5, 4],
    [3, 1, 4],
  ],
  [
    [2, 3, 5, 3],
    [2, 1, 5, 1],
  ],
];

/** add, sub, mul, div and maximum, and broadcastTo, where a only gives its shape. */
export const broadcastFamilies: readonly OpFamily[] = [
  family("add", add, (a, b) => a + b),
  family("sub", sub, (a, b) => a - b),
  family("mul", mul, (a, b) => a * b),
  // Divisors away from 0.
  family("div", div, (a, b) => a / b, { b: (b) => b.map((value) => value + 0.5 * (Math.sign(value) || 1)) }),
  // No two operands within 0.1.
  family("maximum", maximum, Math.max, {
    a: (a, b) => a.map((value, at) => b[at]! + value + 0.1 * (Math.sign(value) || 1)),
  }),
  broadcastToFamily(),
];

interface Apart {
  readonly a?: (a: Float32Array, broadcastB: Float64Array) => Float32Array;
  readonly b?: (b: Float32Array) => Float32Array;
}

function family(op: string, build: (a: Tensor, b: Tensor) => Tensor, f: (a: number, b: number) => number, apart: Apart = {}): OpFamily {
  const make = (shape: Shape, smaller: Shape, seed: number, f32: boolean): OpCase => {
    const drawn = randomValues(seed + 1, sizeOf(smaller));
    const b = apart.b?.(drawn) ?? drawn;
    const values = randomValues(seed, sizeOf(shape));
    const a = apart.a?.(values, broadcastReference(Float64Array.from(b), smaller, shape)) ?? values;
    return {
      op,
      name: `[${shape}] and ${f32 ? "f32 " : ""}[${smaller}]`,
      inputs: [
        { name: "a", shape, data: a, differentiable: true },
        { name: "b", shape: smaller, data: b, differentiable: true, f32 },
      ],
      build: ([left, right]) => build(left!, right!),
      reference: ([left, right]) => {
        const other = broadcastReference(right!, smaller, shape);
        return left!.map((value, at) => f(value, other[at]!));
      },
    };
  };
  return {
    op,
    cases: shapes.map(([shape, smaller], i) => make(shape, smaller, 700 + 2 * i, i % 3 === 1)),
    random(draw) {
      const shape = randomShape(draw);
      return make(shape, randomSmaller(shape, draw), draw.seed(), draw.oneOf([true, false]));
    },
  };
}

function broadcastToFamily(): OpFamily {
  const make = (shape: Shape, smaller: Shape, seed: number): OpCase => ({
    op: "broadcastTo",
    name: `[${smaller}] to [${shape}]`,
    inputs: [{ name: "x", shape: smaller, data: randomValues(seed, sizeOf(smaller)), differentiable: true }],
    build: ([x]) => broadcastTo(x!, shape),
    reference: ([x]) => broadcastReference(x!, smaller, shape),
  });
  return {
    op: "broadcastTo",
    cases: shapes.map(([shape, smaller], i) => make(shape, smaller, 750 + i)),
    random(draw) {
      const shape = randomShape(draw);
      return make(shape, randomSmaller(shape, draw), draw.seed());
    },
  };
}

function randomShape(draw: Draw): Shape {
  return [draw.size(3), draw.size(5), draw.size(5), draw.channels()].slice(draw.integer(0, 3));
}

/** The shape with some axes of size 1, without some of the leading ones. */
function randomSmaller(shape: Shape, draw: Draw): Shape {
  return shape.map((size) => draw.oneOf([1, size])).slice(draw.integer(0, shape.length));
}
