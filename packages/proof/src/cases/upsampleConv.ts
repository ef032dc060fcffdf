import { upsampleConv } from "@kindling/autograd";
import { type Shape, sizeOf } from "@kindling/gpu";
import { conv2dReference, resizeBilinearReference } from "@kindling/kernels";
import type { OpCase, OpInput } from "../opCase.ts";
import type { OpFamily } from "../opFamily.ts";
import { randomValues } from "../random.ts";
import { conv2dProblemOf } from "./conv2d.ts";

interface Sizes {
  readonly x: Shape;
  readonly size: Shape;
  readonly outChannels: number;
}

/** Sizes chosen to break the sum of taps: broken ratios, one pixel, the same size, down, axes apart; channels in 1, 3, 4 and more, out 1, 4, 5, 17. */
export const upsampleConvSizes: readonly Sizes[] = [
  { x: [1, 23, 17, 8], size: [96, 72], outChannels: 1 },
  { x: [1, 5, 4, 12], size: [24, 18], outChannels: 4 },
  { x: [2, 3, 2, 8], size: [16, 12], outChannels: 17 },
  { x: [3, 1, 1, 3], size: [4, 5], outChannels: 17 },
  { x: [1, 1, 1, 1], size: [1, 1], outChannels: 1 },
  { x: [2, 6, 7, 4], size: [6, 7], outChannels: 4 },
  { x: [1, 9, 8, 5], size: [4, 3], outChannels: 17 },
  { x: [2, 3, 11, 4], size: [10, 2], outChannels: 5 },
];

/** upsampleConv, with and without bias, against the float64 definitions of the two ops that it stands for. */
export const upsampleConvFamily: OpFamily = {
  op: "upsampleConv",
  cases: upsampleConvSizes.map((sizes, i) => caseOf(sizes, i % 3 !== 2, 3 * i + 701)),
  random(draw) {
    const x = [draw.integer(1, 2), draw.size(7), draw.size(7), draw.channels()];
    return caseOf({ x, size: [draw.size(), draw.size()], outChannels: draw.channels() }, draw.oneOf([true, false]), draw.seed());
  },
  finiteOnly:
    "it interpolates products where its definition multiplies interpolated values, and gives taps in the padding the weight 0 where its definition leaves them out: ∞ − ∞ and 0 · NaN arise in one and not the other",
};

function caseOf({ x, size, outChannels }: Sizes, withBias: boolean, seed: number): OpCase {
  const [batch, height, width, inChannels] = x as [number, number, number, number];
  const [outHeight, outWidth] = size as [number, number];
  const weight: Shape = [3, 3, inChannels, outChannels];
  const resize = { batch, height, width, channels: inChannels, outHeight, outWidth, alignCorners: false };
  const convolution = conv2dProblemOf({ x: [batch, ...size, inChannels], weight, stride: 1, padding: 1 });
  const input = (name: string, shape: Shape, offset: number): OpInput => ({
    name,
    shape,
    data: randomValues(seed + offset, sizeOf(shape)),
    differentiable: true,
  });
  const inputs = [input("x", x, 0), input("weight", weight, 1)];
  if (withBias) inputs.push({ ...input("bias", [outChannels], 2), f32: true });
  return {
    op: "upsampleConv",
    name: `[${x}] to [${size}] with ${outChannels} channels${withBias ? " and bias" : ""}`,
    inputs,
    build: ([image, kernel, bias]) => upsampleConv(image!, kernel!, bias ?? null, size),
    reference: ([image, kernel, bias]) =>
      conv2dReference(convolution, resizeBilinearReference(resize, image!).value, kernel!, bias ?? null).value,
  };
}
