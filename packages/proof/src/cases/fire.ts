import { fire } from "@kindling/autograd";
import { type Shape, sizeOf } from "@kindling/gpu";
import { conv2dReference } from "@kindling/kernels";
import type { OpCase, OpInput } from "../opCase.ts";
import type { OpFamily } from "../opFamily.ts";
import { randomValues } from "../random.ts";
import { biasApart, conv2dProblemOf } from "./conv2d.ts";

/** fire: one pixel, odd sizes, expansions of different widths, channels that are and are not multiples of 4. */
export const fireFamily: OpFamily = {
  op: "fire",
  cases: [
    caseOf([1, 1, 1, 1], 1, [1, 1], 800),
    caseOf([2, 5, 3, 6], 3, [5, 2], 808),
    caseOf([1, 7, 6, 8], 4, [8, 8], 816),
    caseOf([2, 3, 5, 16], 8, [4, 12], 824),
  ],
  random: (draw) =>
    caseOf(
      [draw.integer(1, 2), draw.size(7), draw.size(7), draw.channels()],
      draw.oneOf([1, 3, 4, 8]),
      [draw.oneOf([1, 3, 4, 8]), draw.oneOf([1, 4, 5, 8])],
      draw.seed(),
    ),
};

/**
 * Every convolution's sums stay below 3.6 and its biases are ±4, so that no value is near a kink. Squeezed values are multiples of 1/128 below 8,
 * which f16 holds: their rounding would be judged as an error of the gradients of the expand weights, sums that may cancel.
 */
function caseOf(x: Shape, squeeze: number, [one, three]: readonly [number, number], seed: number): OpCase {
  const weightS = [1, 1, x[3]!, squeeze];
  const weight1 = [1, 1, squeeze, one];
  const weight3 = [3, 3, squeeze, three];
  const uniform = (name: string, shape: Shape, offset: number, most: number): OpInput => ({
    name,
    shape,
    data: randomValues(seed + offset, sizeOf(shape), -most, most),
    differentiable: true,
  });
  const bias = (name: string, channels: number): OpInput => ({
    name,
    shape: [channels],
    data: biasApart(channels),
    differentiable: true,
    f32: true,
  });
  const squeezed: Shape = [...x.slice(0, 3), squeeze];
  const most = 3.6 / (7.6 * squeeze); // a squeezed value is at most 4 + 3.6
  const convolve = (of: Shape, weight: Shape, padding: number, values: readonly Float64Array[]): Float64Array =>
    conv2dReference(conv2dProblemOf({ x: of, weight, stride: 1, padding }), values[0]!, values[1]!, values[2]!).value.map((value) =>
      Math.max(value, 0),
    );
  return {
    op: "fire",
    name: `[${x}] squeeze ${squeeze} expand ${one} + ${three}`,
    inputs: [
      onGrid(uniform("x", x, 0, 3.6 / x[3]!), 1 / 16),
      onGrid(uniform("squeeze.weight", weightS, 1, 1), 1 / 8),
      bias("squeeze.bias", squeeze),
      uniform("expand1x1.weight", weight1, 2, most),
      bias("expand1x1.bias", one),
      uniform("expand3x3.weight", weight3, 3, most / 9),
      bias("expand3x3.bias", three),
    ],
    build: ([image, sw, sb, w1, b1, w3, b3]) => fire(image!, { squeeze: [sw!, sb!], expand1x1: [w1!, b1!], expand3x3: [w3!, b3!] }),
    reference([image, sw, sb, w1, b1, w3, b3]) {
      const hidden = convolve(x, weightS, 0, [image!, sw!, sb!]);
      const left = convolve(squeezed, weight1, 0, [hidden, w1!, b1!]);
      const right = convolve(squeezed, weight3, 1, [hidden, w3!, b3!]);
      const pixels = left.length / one;
      return Float64Array.from({ length: pixels * (one + three) }, (_, at) => {
        const [pixel, channel] = [Math.floor(at / (one + three)), at % (one + three)];
        return channel < one ? left[pixel * one + channel]! : right[pixel * three + channel - one]!;
      });
    },
  };
}

/** Multiples of `step`, towards zero. */
function onGrid(input: OpInput, step: number): OpInput {
  return { ...input, data: input.data.map((value) => Math.trunc(value / step) * step) };
}
