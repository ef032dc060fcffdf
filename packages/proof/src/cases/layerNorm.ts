import { layerNorm } from "@kindling/autograd";
import { type Shape, sizeOf } from "@kindling/gpu";
import { layerNormReference } from "@kindling/kernels";
import type { OpCase, OpInput } from "../opCase.ts";
import type { Draw, OpFamily } from "../opFamily.ts";
import { randomValues } from "../random.ts";
import { withLargeValues } from "./withLargeValues.ts";

/** layerNorm with and without weight and bias; the short rows of one value have no gradient, those of all equal values the largest. */
export const layerNormFamily: OpFamily = {
  op: "layerNorm",
  cases: [
    layerNormCase({ shape: [3, 1], affine: "both", epsilon: 0.5, seed: 610 }),
    layerNormCase({ shape: [19], affine: "both", epsilon: 1e-5, seed: 620 }),
    layerNormCase({ shape: [2, 3, 17], affine: "weight", epsilon: 1e-5, seed: 630 }),
    layerNormCase({ shape: [1, 5, 7, 4], affine: "none", epsilon: 1e-3, seed: 640 }),
    layerNormCase({ shape: [70, 12], affine: "bias", epsilon: 1e-5, seed: 650 }),
    layerNormCase({ shape: [6, 20], affine: "both", epsilon: 1e-3, constant: 0.75, seed: 660 }),
    layerNormCase({ shape: [3, 516], affine: "both", epsilon: 1e-5, seed: 670 }),
    withLargeValues(layerNormCase({ shape: [5, 20], affine: "both", epsilon: 1e-5, seed: 680 })),
  ],
  random(draw: Draw) {
    const length = draw.oneOf([draw.channels(), draw.channels(), draw.size(40), 512]);
    return layerNormCase({
      shape: [...draw.oneOf([[], [draw.size()], [draw.size(3), draw.size(5)]]), length],
      affine: draw.oneOf(["both", "weight", "bias", "none"] as const),
      // Of few values x̂ is nearly the same whatever they are, and only a large epsilon leaves it a gradient.
      epsilon: length < 4 ? 0.5 : draw.oneOf([1e-5, 1e-3, 0.1]),
      // A mean that is exact in f32 too, so that 0 · ∞ is NaN on both sides.
      ...(draw.oneOf([true, false, false]) ? { constant: 0 } : {}),
      seed: draw.seed(),
    });
  },
};

interface LayerNormCase {
  readonly shape: Shape;
  readonly affine: "both" | "weight" | "bias" | "none";
  readonly epsilon: number;
  /** Value of all elements of the first row; absent where that is one like the others. */
  readonly constant?: number;
  readonly seed: number;
}

function layerNormCase({ shape, affine, epsilon, constant, seed }: LayerNormCase): OpCase {
  const length = shape.at(-1)!;
  const problem = { rows: sizeOf(shape) / length, length, epsilon };
  const x = randomValues(seed, sizeOf(shape), -1, 3).map((value, i) => (i < length ? (constant ?? value) : value));
  const input = (name: string, of: Shape, data: Float32Array): OpInput => ({
    name,
    shape: of,
    data,
    differentiable: true,
    f32: name !== "x",
  });
  const [weighted, biased] = [affine === "both" || affine === "weight", affine === "both" || affine === "bias"];
  return {
    op: "layerNorm",
    name: `[${shape}] affine ${affine}, epsilon ${epsilon}${constant === undefined ? "" : `, a row of ${constant}`}`,
    inputs: [
      input("x", shape, x),
      ...(weighted ? [input("weight", [length], randomValues(seed + 1, length, 0.5, 1.5))] : []),
      ...(biased ? [input("bias", [length], randomValues(seed + 2, length))] : []),
    ],
    build: ([x, ...parameters]) =>
      layerNorm(x!, weighted ? parameters[0]! : null, biased ? parameters[weighted ? 1 : 0]! : null, { epsilon }),
    reference([x, ...parameters]) {
      const weight = weighted ? parameters[0]! : new Float64Array(length).fill(1);
      const bias = biased ? parameters[weighted ? 1 : 0]! : new Float64Array(length);
      return layerNormReference(problem, x!, weight, bias).y.value;
    },
  };
}
