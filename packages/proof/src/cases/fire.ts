import { fire } from "@kindling/autograd";
import { type Shape, sizeOf } from "@kindling/gpu";
import { conv2dReference } from "@kindling/kernels";
import type { OpCase } from "../opCase.ts";
import { randomValues } from "../random.ts";
import { conv2dProblemOf } from "./conv2d.ts";

interface Sizes {
  readonly x: Shape;
  readonly squeeze: number;
  readonly expand: readonly [one: number, three: number];
}

/** One pixel, odd sizes, expansions of different widths, channels that are and are not multiples of 4. */
const fireSizes: readonly Sizes[] = [
  { x: [1, 1, 1, 1], squeeze: 1, expand: [1, 1] },
  { x: [2, 5, 3, 6], squeeze: 3, expand: [5, 2] },
  { x: [1, 7, 6, 8], squeeze: 4, expand: [8, 8] },
];

/** Cases of fire. */
export const fireCases: readonly OpCase[] = fireSizes.map(({ x, squeeze, expand: [one, three] }, i) => {
  const [weight1, weight3] = [
    [1, 1, squeeze, one],
    [3, 3, squeeze, three],
  ];
  const operands: readonly (readonly [string, Shape])[] = [
    ["x", x],
    ["squeeze.weight", [1, 1, x[3]!, squeeze]],
    ["squeeze.bias", [squeeze]],
    ["expand1x1.weight", weight1!],
    ["expand1x1.bias", [one]],
    ["expand3x3.weight", weight3!],
    ["expand3x3.bias", [three]],
  ];
  const squeezed: Shape = [...x.slice(0, 3), squeeze];
  const convolve = (of: Shape, weight: Shape, padding: number, values: readonly Float64Array[]): Float64Array =>
    conv2dReference(conv2dProblemOf({ x: of, weight, stride: 1, padding }), values[0]!, values[1]!, values[2]!).value.map((value) =>
      Math.max(value, 0),
    );
  return {
    op: "fire",
    name: `[${x}] squeeze ${squeeze} expand ${one} + ${three}`,
    inputs: operands.map(([name, shape], operand) => ({
      name,
      shape,
      data: randomValues(800 + 8 * i + operand, sizeOf(shape)),
      differentiable: true,
    })),
    build: ([image, sw, sb, w1, b1, w3, b3]) => fire(image!, { squeeze: [sw!, sb!], expand1x1: [w1!, b1!], expand3x3: [w3!, b3!] }),
    reference([image, sw, sb, w1, b1, w3, b3]) {
      const hidden = convolve(x, operands[1]![1], 0, [image!, sw!, sb!]);
      const left = convolve(squeezed, weight1!, 0, [hidden, w1!, b1!]);
      const right = convolve(squeezed, weight3!, 1, [hidden, w3!, b3!]);
      const pixels = left.length / one;
      return Float64Array.from({ length: pixels * (one + three) }, (_, at) => {
        const [pixel, channel] = [Math.floor(at / (one + three)), at % (one + three)];
        return channel < one ? left[pixel * one + channel]! : right[pixel * three + channel - one]!;
      });
    },
  };
});
