import { batchNorm, batchNormTrainingOp, record } from "@kindling/autograd";
import { type Shape, sizeOf } from "@kindling/gpu";
import { batchNormReference, batchStatisticsReference } from "@kindling/kernels";
import type { OpCase, OpInput } from "../opCase.ts";
import type { Draw, OpFamily } from "../opFamily.ts";
import { randomValues } from "../random.ts";
import { withLargeValues } from "./withLargeValues.ts";

/** Shapes of x chosen to break batch norms: one channel, few rows, rows that no number of splits divides, channels that are no multiple of 4. */
export const batchNormShapes: readonly Shape[] = [
  [1, 2, 2, 1],
  [3, 5, 7, 3],
  [2, 9, 11, 8],
  [1, 6, 5, 17],
  [37, 4],
];

/** batchNorm in training and in evaluation, with and without ReLU. */
export const batchNormFamily: OpFamily = {
  op: "batchNorm",
  cases: [true, false].flatMap((training) => [
    ...batchNormShapes.flatMap((shape, i) =>
      (["none", "relu"] as const).map((activation) => batchNormCase({ shape, training, activation, epsilon: 1e-5, seed: 400 + 8 * i })),
    ),
    // One pixel; in training of two images, where x̂ is ±1 whatever x is and only a large epsilon leaves it a gradient.
    batchNormCase({ shape: [training ? 2 : 1, 1, 1, 5], training, activation: "relu", epsilon: 0.5, seed: 450 }),
    batchNormCase({ shape: [2, 3, 3, 4], training, activation: "none", epsilon: 1e-5, constant: 0.75, seed: 460 }),
    batchNormCase({ shape: [2, 3, 3, 3], training, activation: "relu", epsilon: 1e-3, constant: 0.75, seed: 470 }),
    ...(training ? [withLargeValues(batchNormCase({ shape: [3, 7, 5, 4], training, activation: "none", epsilon: 1e-5, seed: 480 }))] : []),
  ]),
  random(draw: Draw) {
    const training = draw.oneOf([true, false]);
    const [batch, height, width] = [draw.size(3), draw.size(7), draw.size(7)];
    const rows = batch * height * width;
    return batchNormCase({
      shape: [training && rows === 1 ? 2 : batch, height, width, draw.channels()],
      training,
      activation: draw.oneOf(["none", "relu"] as const),
      epsilon: rows < 4 ? 0.5 : draw.oneOf([1e-5, 1e-3, 0.1]),
      // A mean that is exact in f32 too, so that 0 · ∞ is NaN on both sides.
      ...(draw.oneOf([true, false, false]) ? { constant: 0 } : {}),
      seed: draw.seed(),
    });
  },
};

interface BatchNormCase {
  readonly shape: Shape;
  readonly training: boolean;
  readonly activation: "none" | "relu";
  readonly epsilon: number;
  /** Value of all elements of the first channel; absent where that is one like the others. */
  readonly constant?: number;
  readonly seed: number;
}

function batchNormCase({ shape, training, activation, epsilon, constant, seed }: BatchNormCase): OpCase {
  const channels = shape.at(-1)!;
  const problem = { rows: sizeOf(shape) / channels, channels, epsilon, activation };
  const values = (offset: number, low: number, high: number) => randomValues(seed + offset, channels, low, high);
  const isConstant = (channel: number) => channel === 0 && constant !== undefined;

  // Each value lies at least 0.5 from its channel's centre, and the bias puts the kink of the ReLU near the centre.
  const center = values(1, -1, 1);
  const x = randomValues(seed, sizeOf(shape)).map((value, i) =>
    isConstant(i % channels) ? constant! : center[i % channels]! + value + 0.5 * (Math.sign(value) || 1),
  );
  const weight = values(2, -1, 1).map((value) => value + 0.5 * (Math.sign(value) || 1));
  const running = { mean: Float64Array.from(values(3, -1, 1)), variance: Float64Array.from(values(4, 0.5, 2)) };
  const { mean, variance } = training ? batchStatisticsReference(problem.rows, channels, Float64Array.from(x)) : running;
  const offset = values(5, -0.2, 0.2);
  const bias = weight.map((slope, c) => {
    const scale = slope / Math.sqrt(variance[c]! + epsilon);
    return isConstant(c) ? (mean[c]! - constant!) * scale + 0.5 : (mean[c]! - center[c]! + offset[c]!) * scale;
  });

  const input = (name: string, of: Shape, data: Float32Array): OpInput => ({
    name,
    shape: of,
    data,
    differentiable: true,
    f32: name !== "x",
  });
  const learned = [input("x", shape, x), input("weight", [channels], weight), input("bias", [channels], bias)];
  const name = `[${shape}] ${activation}, epsilon ${epsilon}${constant === undefined ? "" : `, a channel of ${constant}`}`;
  if (training) {
    return {
      op: "batchNorm",
      name: `${name} training`,
      inputs: learned,
      build: ([x, weight, bias]) => record(batchNormTrainingOp, [x!, weight!, bias!], { epsilon, activation })[0]!,
      reference([x, weight, bias]) {
        const statistics = batchStatisticsReference(problem.rows, channels, x!);
        return batchNormReference(problem, x!, statistics.mean, statistics.variance, weight!, bias!).value;
      },
    };
  }
  const statistics = Object.entries(running).map(([name, data]) => ({
    ...input(name, [channels], Float32Array.from(data)),
    differentiable: false,
  }));
  return {
    op: "batchNorm",
    name: `${name} evaluation`,
    inputs: [...learned, ...statistics],
    build: ([x, weight, bias, mean, variance]) => batchNorm(x!, weight!, bias!, mean!, variance!, { training: false, epsilon, activation }),
    reference: ([x, weight, bias, mean, variance]) => batchNormReference(problem, x!, mean!, variance!, weight!, bias!).value,
  };
}
