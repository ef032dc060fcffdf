import { featureDistance } from "@kindling/autograd";
import { type Shape, sizeOf } from "@kindling/gpu";
import type { OpCase } from "../opCase.ts";
import type { OpFamily } from "../opFamily.ts";
import { randomValues } from "../random.ts";

const normalizations = ["batch", "elements"] as const;

/** featureDistance over shapes, by sample and by element. */
export const featureDistanceFamily: OpFamily = {
  op: "featureDistance",
  cases: (
    [
      [1, 1, 1, 1],
      [3, 5],
      [2, 7, 5, 3],
      [3, 12, 8, 4],
    ] as const
  ).flatMap((shape, i) => normalizations.map((normalization) => featureDistanceCase(shape, normalization, 1350 + 2 * i))),
  random: (draw) => featureDistanceCase([draw.size(3), draw.size(), draw.size(), draw.channels()], draw.oneOf(normalizations), draw.seed()),
};

function featureDistanceCase(shape: Shape, normalization: (typeof normalizations)[number], seed: number): OpCase {
  const input = (name: string, offset: number) =>
    ({ name, shape, data: randomValues(seed + offset, sizeOf(shape)), differentiable: offset === 0 }) as const;
  return {
    op: "featureDistance",
    name: `[${shape}] over ${normalization}`,
    inputs: [input("student", 0), input("teacher", 1)],
    build: ([student, teacher]) => featureDistance(student!, teacher!, { normalization }),
    reference: ([student, teacher]) => {
      const sum = student!.reduce((total, value, at) => total + (value - teacher![at]!) ** 2, 0);
      return Float64Array.of(sum / (normalization === "batch" ? shape[0]! : sizeOf(shape)));
    },
  };
}
