import { convReluMaxPool2d } from "@kindling/autograd";
import { type Shape, sizeOf } from "@kindling/gpu";
import {
  type ConvReluMaxPool2dProblem,
  conv2dOutputSize,
  convReluMaxPool2dConvolution,
  convReluMaxPool2dReference,
  pool2dOutputSize,
} from "@kindling/kernels";
import type { OpCase, OpInput } from "../opCase.ts";
import type { OpFamily } from "../opFamily.ts";
import { randomValues } from "../random.ts";
import { biasApart } from "./conv2d.ts";

interface Sizes {
  readonly x: Shape;
  readonly weight: Shape;
  readonly stride: number;
  readonly padding: number;
  readonly pooling: { readonly kernel: number; readonly stride: number; readonly padding: number; readonly ceilMode: boolean };
}

const ofSqueezeNet = { kernel: 3, stride: 2, padding: 0, ceilMode: true };

/**
 * Sizes chosen to break fused poolings: SqueezeNet's stem at odd and even sizes, windows that the image cuts off, more rows and columns than a
 * workgroup goes through, one window, channels that are and are not multiples of 4, padding of either, ResNet's windows.
 */
export const convReluMaxPool2dSizes: readonly Sizes[] = [
  { x: [2, 19, 14, 4], weight: [3, 3, 4, 12], stride: 2, padding: 0, pooling: ofSqueezeNet },
  { x: [1, 85, 9, 4], weight: [3, 3, 4, 8], stride: 2, padding: 0, pooling: ofSqueezeNet },
  { x: [2, 7, 24, 4], weight: [3, 3, 4, 20], stride: 1, padding: 0, pooling: { ...ofSqueezeNet, ceilMode: false } },
  { x: [1, 5, 5, 8], weight: [3, 3, 8, 4], stride: 1, padding: 0, pooling: ofSqueezeNet },
  { x: [1, 9, 8, 4], weight: [3, 2, 4, 4], stride: 2, padding: 1, pooling: ofSqueezeNet },
  { x: [2, 8, 7, 3], weight: [3, 3, 3, 5], stride: 1, padding: 1, pooling: { kernel: 2, stride: 2, padding: 1, ceilMode: true } },
  { x: [1, 15, 13, 4], weight: [7, 7, 4, 8], stride: 2, padding: 3, pooling: { kernel: 3, stride: 2, padding: 1, ceilMode: false } },
  { x: [1, 1, 1, 1], weight: [1, 1, 1, 1], stride: 1, padding: 0, pooling: { kernel: 1, stride: 1, padding: 0, ceilMode: false } },
];

/** convReluMaxPool2d: against convolution, ReLU and pooling one after the other. */
export const convReluMaxPool2dFamily: OpFamily = {
  op: "convReluMaxPool2d",
  cases: convReluMaxPool2dSizes.map((sizes, i) => caseOf(sizes, 1300 + 3 * i)),
  random(draw) {
    const kernel = draw.integer(1, 3);
    const [stride, padding] = [draw.integer(1, 2), kernel > 1 ? draw.integer(0, 1) : 0]; // no window all in the padding
    const pooling = draw.oneOf([
      ofSqueezeNet,
      { ...ofSqueezeNet, ceilMode: false },
      { kernel: 3, stride: 2, padding: 1, ceilMode: draw.oneOf([true, false]) },
      { kernel: 2, stride: 1, padding: 0, ceilMode: false },
    ]);
    // Room for one window, and up to ten outputs of the convolution more.
    const length = () => Math.max(1, kernel + stride * (pooling.kernel - 1 + draw.integer(0, 10)) - 2 * padding);
    const inChannels = draw.oneOf([4, 4, 8, 1, 3]);
    return caseOf(
      {
        x: [draw.integer(1, 2), length(), length(), inChannels],
        weight: [kernel, kernel, inChannels, draw.oneOf([4, 8, 12, 20, 1, 5])],
        ...{ stride, padding, pooling },
      },
      draw.seed(),
    );
  },
};

/** The problem of a row of {@link convReluMaxPool2dSizes}. */
export function convReluMaxPool2dProblemOf({ x, weight, stride, padding, pooling }: Sizes): ConvReluMaxPool2dProblem {
  const [batch, height, width, inChannels] = x as [number, number, number, number];
  const [kernelHeight, kernelWidth, , outChannels] = weight as [number, number, number, number];
  const convHeight = conv2dOutputSize(height, kernelHeight, stride, padding, 1);
  const convWidth = conv2dOutputSize(width, kernelWidth, stride, padding, 1);
  const pooled = (size: number) => pool2dOutputSize(size, pooling.kernel, pooling.stride, pooling.padding, pooling.ceilMode);
  return {
    ...{ batch, height, width, inChannels, convHeight, convWidth },
    ...{ outHeight: pooled(convHeight), outWidth: pooled(convWidth), outChannels, kernelHeight, kernelWidth, stride, padding },
    ...{ poolKernel: pooling.kernel, poolStride: pooling.stride, poolPadding: pooling.padding },
  };
}

/** Name of a case: `[2,7,5,3] * [3,3,3,4] stride 2 padding 1, pooled 3 stride 2 padding 0`. */
export function convReluMaxPool2dCaseName({ x, weight, stride, padding, pooling }: Sizes): string {
  const { kernel, ceilMode } = pooling;
  return `[${x}] * [${weight}] stride ${stride} padding ${padding}, pooled ${kernel} stride ${pooling.stride} padding ${pooling.padding}${ceilMode ? " ceil" : ""}`;
}

/**
 * The convolution's sums stay below 3.6 and its biases are ±4, so that no value is near the ReLU's kink; and of the seeds from `seed` on the first is
 * taken whose windows have maxima that stand out.
 */
function caseOf(sizes: Sizes, seed: number): OpCase {
  const problem = convReluMaxPool2dProblemOf(sizes);
  const most = 3.6 / sizeOf(sizes.weight.slice(0, 3));
  const bias = biasApart(problem.outChannels);
  const operands = (from: number) =>
    [randomValues(from, sizeOf(sizes.x), -most, most), randomValues(from + 1, sizeOf(sizes.weight))] as const;
  let from = seed;
  while (!standOut(problem, ...operands(from), bias)) {
    from += 10_000;
    if (from > seed + 1_000_000) throw new Error(`${convReluMaxPool2dCaseName(sizes)}: maxima never stand out`);
  }
  const [x, weight] = operands(from);
  const input = (name: string, shape: Shape, data: Float32Array): OpInput => ({ name, shape, data, differentiable: true });
  const { stride, padding, pooling } = sizes;
  return {
    op: "convReluMaxPool2d",
    name: convReluMaxPool2dCaseName(sizes),
    inputs: [input("x", sizes.x, x), input("weight", sizes.weight, weight), { ...input("bias", [problem.outChannels], bias), f32: true }],
    build: (tensors) => convReluMaxPool2d(tensors[0]!, tensors[1]!, tensors[2]!, { stride, padding, pooling }),
    reference: ([image, kernel, channels]) => convReluMaxPool2dReference(problem, image!, kernel!, channels!).y.value,
  };
}

/** Whether the maximum of each window is above the others by more than differences of its operands change it, where the ReLU lets it pass. */
function standOut(p: ConvReluMaxPool2dProblem, x: Float32Array, weight: Float32Array, bias: Float32Array): boolean {
  const values = convReluMaxPool2dConvolution(p, Float64Array.from(x), Float64Array.from(weight), Float64Array.from(bias)).value;
  for (let at = 0; at < p.batch * p.outHeight * p.outWidth * p.outChannels; at++) {
    const co = at % p.outChannels;
    const pixel = (at - co) / p.outChannels;
    const n = Math.floor(pixel / (p.outHeight * p.outWidth));
    let [first, second] = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (let tap = 0; tap < p.poolKernel; tap++)
      for (let across = 0; across < p.poolKernel; across++) {
        const row = (Math.floor(pixel / p.outWidth) % p.outHeight) * p.poolStride + tap - p.poolPadding;
        const column = (pixel % p.outWidth) * p.poolStride + across - p.poolPadding;
        if (row < 0 || row >= p.convHeight || column < 0 || column >= p.convWidth) continue;
        const value = values[((n * p.convHeight + row) * p.convWidth + column) * p.outChannels + co]!;
        [first, second] = value > first ? [value, first] : [first, Math.max(second, value)];
      }
    if (first > 0 && first - second < 1e-4) return false;
  }
  return true;
}
