import { logSoftmax, softmax } from "@kindling/autograd";
import { type Shape, sizeOf } from "@kindling/gpu";
import { logSoftmaxReference, softmaxReference } from "@kindling/kernels";
import type { OpCase } from "../opCase.ts";
import type { Draw, OpFamily } from "../opFamily.ts";
import { randomValues } from "../random.ts";
import { heatmapSizes } from "./heatmapSizes.ts";

/** softmax and logSoftmax over pixels and over the last axis; logits around 0, and around ±95, whose exponentials overflow or vanish. */
export const softmaxFamily: OpFamily = {
  op: "softmax",
  cases: [false, true].flatMap((logarithm) => [
    ...heatmapSizes.flatMap((shape, i) => [
      softmaxCase({ shape, axis: "pixels", centre: 0, logarithm, seed: 50 + i }),
      softmaxCase({ shape, axis: "pixels", centre: 95, logarithm, seed: 60 + i }),
    ]),
    softmaxCase({ shape: [6, 192], axis: "last", centre: 0, logarithm, seed: 71 }),
    softmaxCase({ shape: [2, 3, 40], axis: "last", centre: 95, logarithm, seed: 72 }),
    softmaxCase({ shape: [2, 3, 40], axis: "last", centre: -95, logarithm, seed: 73 }),
    softmaxCase({ shape: [5, 1], axis: "last", centre: 0, logarithm, seed: 74 }),
  ]),
  random(draw: Draw) {
    const axis = draw.oneOf(["pixels", "last"] as const);
    const shape = axis === "pixels" ? [draw.size(3), draw.size(), draw.size(), draw.channels()] : [draw.size(), draw.size(40)];
    return softmaxCase({ shape, axis, centre: draw.oneOf([0, 95, -95]), logarithm: draw.oneOf([false, true]), seed: draw.seed() });
  },
};

interface SoftmaxCase {
  readonly shape: Shape;
  readonly axis: "pixels" | "last";
  /** Logits are at most 3 from it. */
  readonly centre: number;
  readonly logarithm: boolean;
  readonly seed: number;
}

function softmaxCase({ shape, axis, centre, logarithm, seed }: SoftmaxCase): OpCase {
  const length = axis === "last" ? shape[shape.length - 1]! : shape[1]! * shape[2]!;
  const inner = axis === "last" ? 1 : shape[3]!;
  const sizes = { outer: sizeOf(shape) / (length * inner), length, inner };
  return {
    op: "softmax",
    name: `${logarithm ? "log " : ""}[${shape}] over ${axis}, logits around ${centre}`,
    inputs: [{ name: "x", shape, data: randomValues(seed, sizeOf(shape), centre - 3, centre + 3), differentiable: true }],
    build: ([x]) => (logarithm ? logSoftmax : softmax)(x!, axis),
    reference: ([x]) => (logarithm ? logSoftmaxReference : softmaxReference)(sizes, x!).value,
  };
}
