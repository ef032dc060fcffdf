import { logSoftmax, softmax } from "@kindling/autograd";
import { type Shape, sizeOf } from "@kindling/gpu";
import { logSoftmaxReference, softmaxReference } from "@kindling/kernels";
import type { OpCase } from "../opCase.ts";
import { randomValues } from "../random.ts";
import { heatmapSizes } from "./heatmapSizes.ts";

/** Cases of softmax and logSoftmax over pixels and over the last axis; logits around 0, and around 95, whose exponentials overflow. */
export const softmaxCases: readonly OpCase[] = [
  ...heatmapSizes.flatMap((shape, i) => [softmaxCase(shape, "pixels", 0, 50 + i), softmaxCase(shape, "pixels", 95, 60 + i)]),
  softmaxCase([6, 192], "last", 0, 71),
  softmaxCase([2, 3, 40], "last", 95, 72),
  softmaxCase([5, 1], "last", 0, 73),
].flatMap((make) => [make(false), make(true)]);

function softmaxCase(shape: Shape, axis: "pixels" | "last", centre: number, seed: number): (logarithm: boolean) => OpCase {
  const length = axis === "last" ? shape[shape.length - 1]! : shape[1]! * shape[2]!;
  const inner = axis === "last" ? 1 : shape[3]!;
  const sizes = { outer: sizeOf(shape) / (length * inner), length, inner };
  return (logarithm) => ({
    op: "softmax",
    name: `${logarithm ? "log " : ""}[${shape}] over ${axis}, logits around ${centre}`,
    inputs: [{ name: "x", shape, data: randomValues(seed, sizeOf(shape), centre - 3, centre + 3), differentiable: true }],
    build: ([x]) => (logarithm ? logSoftmax : softmax)(x!, axis),
    reference: ([x]) => (logarithm ? logSoftmaxReference : softmaxReference)(sizes, x!).value,
  });
}
