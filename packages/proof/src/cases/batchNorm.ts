import { batchNorm, batchNormTrainingOp, record } from "@kindling/autograd";
import { type Shape, sizeOf } from "@kindling/gpu";
import { batchNormReference, batchStatisticsReference } from "@kindling/kernels";
import type { OpCase, OpInput } from "../opCase.ts";
import { randomValues } from "../random.ts";

/** Shapes of x chosen to break batch norms: one channel, few rows, rows that no number of splits divides, channels that are no multiple of 4. */
export const batchNormShapes: readonly Shape[] = [
  [1, 2, 2, 1],
  [3, 5, 7, 3],
  [2, 9, 11, 8],
  [1, 6, 5, 17],
  [37, 4],
];

const epsilon = 1e-5;

/** Cases of batchNorm in training and in evaluation, with and without ReLU. */
export const batchNormCases: readonly OpCase[] = batchNormShapes.flatMap((shape, i) =>
  (["none", "relu"] as const).flatMap((activation) => {
    const channels = shape.at(-1)!;
    const problem = { rows: sizeOf(shape) / channels, channels, epsilon, activation };
    const input = (name: string, of: Shape, seed: number, low = -1, high = 1): OpInput => ({
      name,
      shape: of,
      data: randomValues(400 + 8 * i + seed, sizeOf(of), low, high),
      differentiable: true,
    });
    const learned = [input("x", shape, 1, -1, 3), input("weight", [channels], 2), input("bias", [channels], 3)];
    const running = [input("mean", [channels], 4), input("variance", [channels], 5, 0.5, 2)];
    const name = `[${shape}] ${activation}`;
    const training: OpCase = {
      op: "batchNorm",
      name: `${name} training`,
      inputs: learned,
      build: ([x, weight, bias]) => record(batchNormTrainingOp, [x!, weight!, bias!], { epsilon, activation })[0]!,
      reference([x, weight, bias]) {
        const { mean, variance } = batchStatisticsReference(problem.rows, channels, x!);
        return batchNormReference(problem, x!, mean, variance, weight!, bias!).value;
      },
    };
    const evaluation: OpCase = {
      op: "batchNorm",
      name: `${name} evaluation`,
      inputs: [...learned, ...running.map((statistic) => ({ ...statistic, differentiable: false }))],
      build: ([x, weight, bias, mean, variance]) =>
        batchNorm(x!, weight!, bias!, mean!, variance!, { training: false, epsilon, activation }),
      reference: ([x, weight, bias, mean, variance]) => batchNormReference(problem, x!, mean!, variance!, weight!, bias!).value,
    };
    return [training, evaluation];
  }),
);
