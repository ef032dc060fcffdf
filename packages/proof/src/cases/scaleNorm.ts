import { scaleNorm } from "@kindling/autograd";
import { type Shape, sizeOf } from "@kindling/gpu";
import { scaleNormReference } from "@kindling/kernels";
import type { OpCase } from "../opCase.ts";
import type { Draw, OpFamily } from "../opFamily.ts";
import { randomValues } from "../random.ts";
import { withLargeValues } from "./withLargeValues.ts";

/** An epsilon above every norm of the cases. */
const clamping = 4;

/** scaleNorm with rows above epsilon, below it and of zeros. */
export const scaleNormFamily: OpFamily = {
  op: "scaleNorm",
  cases: [
    scaleNormCase({ shape: [3, 1], epsilon: clamping, seed: 710 }),
    scaleNormCase({ shape: [19], epsilon: 1e-5, seed: 720 }),
    scaleNormCase({ shape: [2, 3, 17], epsilon: 1e-5, seed: 730 }),
    scaleNormCase({ shape: [2, 5, 12], epsilon: clamping, seed: 740 }),
    scaleNormCase({ shape: [70, 8], epsilon: 0.01, zeros: true, seed: 750 }),
    scaleNormCase({ shape: [3, 516], epsilon: 1e-5, seed: 760 }),
    withLargeValues(scaleNormCase({ shape: [5, 20], epsilon: 1e-5, seed: 770 })),
  ],
  random(draw: Draw) {
    const length = draw.oneOf([draw.channels(), draw.channels(), draw.size(40), 512]);
    return scaleNormCase({
      shape: [...draw.oneOf([[], [draw.size()], [draw.size(3), draw.size(5)]]), length],
      // A single value becomes ±g whatever it is: only the clamp leaves it a gradient.
      epsilon: length === 1 ? clamping : draw.oneOf([1e-5, 0.01, clamping]),
      seed: draw.seed(),
    });
  },
};

interface ScaleNormCase {
  readonly shape: Shape;
  readonly epsilon: number;
  /** Whether the first row is of zeros. */
  readonly zeros?: boolean;
  readonly seed: number;
}

function scaleNormCase({ shape, epsilon, zeros = false, seed }: ScaleNormCase): OpCase {
  const length = shape.at(-1)!;
  const problem = { rows: sizeOf(shape) / length, length, epsilon };
  const x = randomValues(seed, sizeOf(shape), -1.5, 2).map((value, i) => (zeros && i < length ? 0 : value));
  return {
    op: "scaleNorm",
    name: `[${shape}] epsilon ${epsilon}${zeros ? ", a row of zeros" : ""}`,
    inputs: [
      { name: "x", shape, data: x, differentiable: true },
      { name: "g", shape: [1], data: Float32Array.of(1.3), differentiable: true, f32: true },
    ],
    build: ([x, g]) => scaleNorm(x!, g!, { epsilon }),
    reference: ([x, g]) => scaleNormReference(problem, x!, g!).value,
  };
}
