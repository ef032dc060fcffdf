import { randomNormal, randomUniform } from "@kindling/autograd";
import { type Shape, sizeOf } from "@kindling/gpu";
import { randomFillReference } from "@kindling/kernels";
import type { OpCase } from "../opCase.ts";
import type { OpFamily } from "../opFamily.ts";

/** randomUniform. */
export const randomUniformFamily: OpFamily = {
  op: "randomUniform",
  cases: [uniformCase([], 0, [0, 0]), uniformCase([3, 7], 5, [1, 2]), uniformCase([2, 5, 8, 4], 2 ** 32 - 1, [20_260, 9])],
  random: (draw) => uniformCase([draw.size(), draw.size()], draw.integer(0, 99), [draw.seed(), draw.integer(0, 9)]),
};

/** randomNormal. */
export const randomNormalFamily: OpFamily = {
  op: "randomNormal",
  cases: [normalCase([], 0, [0, 0]), normalCase([3, 7], 5, [1, 2]), normalCase([2, 5, 8, 4], 2 ** 32 - 1, [20_260, 9])],
  random: (draw) => normalCase([draw.size(), draw.size()], draw.integer(0, 99), [draw.seed(), draw.integer(0, 9)]),
};

function uniformCase(shape: Shape, stream: number, key: readonly [seed: number, step: number]): OpCase {
  return {
    ...randomCase("randomUniform", shape, stream, key),
    build: ([k]) => randomUniform(k!, shape, { low: -0.5, high: 2, stream }),
    reference: ([k]) => randomFillReference({ size: sizeOf(shape), distribution: "uniform", stream, shift: -0.5, scale: 2.5 }, k!).value,
  };
}

function normalCase(shape: Shape, stream: number, key: readonly [seed: number, step: number]): OpCase {
  return {
    ...randomCase("randomNormal", shape, stream, key),
    build: ([k]) => randomNormal(k!, shape, { mean: 1, std: 0.5, stream }),
    reference: ([k]) => randomFillReference({ size: sizeOf(shape), distribution: "normal", stream, shift: 1, scale: 0.5 }, k!).value,
  };
}

function randomCase(op: string, shape: Shape, stream: number, key: readonly [number, number]): Omit<OpCase, "build" | "reference"> {
  return {
    op,
    name: `[${shape}] stream ${stream} of ${key}`,
    inputs: [{ name: "key", shape: [2], data: Float32Array.from(key), differentiable: false, u32: true }],
    f32Only: "its only operand is a key",
  };
}
