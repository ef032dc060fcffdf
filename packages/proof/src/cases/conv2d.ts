import { conv2d } from "@kindling/autograd";
import { type Shape, sizeOf } from "@kindling/gpu";
import { type Conv2dProblem, conv2dOutputSize, conv2dReference } from "@kindling/kernels";
import type { OpCase, OpInput } from "../opCase.ts";
import type { Draw, OpFamily } from "../opFamily.ts";
import { randomValues } from "../random.ts";

/** Operands and options of a convolution without its bias. */
export interface Conv2dSizes {
  readonly x: Shape;
  readonly weight: Shape;
  readonly stride: number;
  readonly padding: number;
  readonly dilation?: number;
  readonly groups?: number;
}

/** Sizes chosen to break convolutions: 1×1 images, odd sizes, strides with a remainder, wide padding, channels 1, 3, 4, 17, groups. */
export const conv2dSizes: readonly Conv2dSizes[] = [
  { x: [1, 1, 1, 1], weight: [1, 1, 1, 1], stride: 1, padding: 0 },
  { x: [2, 7, 5, 3], weight: [3, 3, 3, 4], stride: 2, padding: 1 },
  { x: [1, 13, 13, 64], weight: [3, 3, 64, 17], stride: 1, padding: 1 },
  { x: [2, 9, 4, 4], weight: [5, 5, 4, 2], stride: 1, padding: 4 },
  { x: [1, 5, 7, 256], weight: [1, 1, 256, 48], stride: 1, padding: 0 },
  { x: [3, 11, 9, 4], weight: [3, 3, 4, 64], stride: 2, padding: 0 },
  { x: [2, 6, 7, 8], weight: [3, 3, 8, 12], stride: 2, padding: 1 },
  { x: [1, 8, 9, 8], weight: [1, 3, 8, 4], stride: 3, padding: 2 },
  { x: [2, 6, 5, 8], weight: [3, 3, 8, 8], stride: 1, padding: 2, dilation: 2 },
  { x: [1, 6, 5, 12], weight: [3, 3, 3, 8], stride: 1, padding: 1, groups: 4 },
  { x: [2, 5, 6, 6], weight: [5, 5, 1, 6], stride: 2, padding: 2, groups: 6 },
  { x: [2, 5, 11, 8], weight: [5, 5, 1, 8], stride: 1, padding: 2, groups: 8 },
  { x: [1, 7, 12, 12], weight: [3, 3, 1, 12], stride: 2, padding: 1, groups: 12 },
  { x: [3, 6, 10, 4], weight: [2, 3, 1, 4], stride: 1, padding: 2, dilation: 2, groups: 4 },
  { x: [1, 9, 15, 4], weight: [5, 7, 1, 4], stride: 3, padding: 0, groups: 4 },
];

/** conv2d with and without bias and ReLU. */
export const conv2dFamily: OpFamily = {
  op: "conv2d",
  cases: [
    ...conv2dSizes.map((sizes, i) => caseOf(sizes, i % 2 === 0 ? "bias" : "plain", 3 * i + 1)),
    caseOf({ x: [2, 4, 5, 4], weight: [3, 3, 4, 8], stride: 1, padding: 1 }, "bias and relu", 101),
  ],
  random(draw) {
    const { kernel, stride, padding, dilation, groups, channels } = drawConv2d(draw);
    const [outChannels, inChannels] = channels;
    // At least what the kernel covers, at most a few outputs.
    const length = (size: number) => Math.max(1, dilation * (size - 1) + 1 - 2 * padding) + stride * (draw.size(5) - 1);
    const sizes = {
      x: [draw.integer(1, 2), length(kernel[0]), length(kernel[1]), inChannels * groups],
      weight: [...kernel, inChannels, outChannels * groups],
      ...{ stride, padding, dilation, groups },
    };
    return caseOf(sizes, draw.oneOf(["plain", "bias", "bias and relu", "bias and relu"]), draw.seed());
  },
};

/** The problem of a row of {@link conv2dSizes}. */
export function conv2dProblemOf({ x, weight, stride, padding, dilation = 1, groups = 1 }: Conv2dSizes): Conv2dProblem {
  const [batch, height, width, inChannels] = x as [number, number, number, number];
  const [kernelHeight, kernelWidth, , outChannels] = weight as [number, number, number, number];
  return {
    batch,
    height,
    width,
    inChannels,
    outHeight: conv2dOutputSize(height, kernelHeight, stride, padding, dilation),
    outWidth: conv2dOutputSize(width, kernelWidth, stride, padding, dilation),
    outChannels,
    kernelHeight,
    kernelWidth,
    stride,
    padding,
    dilation,
    groups,
    yChannels: outChannels,
    yOffset: 0,
  };
}

/** Name of a case: `[2,7,5,3] * [3,3,3,4] stride 2 padding 1`. */
export function conv2dCaseName({ x, weight, stride, padding, dilation = 1, groups = 1 }: Conv2dSizes): string {
  return `[${x}] * [${weight}] stride ${stride} padding ${padding}${dilation > 1 ? ` dilation ${dilation}` : ""}${groups > 1 ? ` groups ${groups}` : ""}`;
}

/** Options of a random convolution, and the channels of one of its groups on the side of the weight's last axis and on the other. */
export interface DrawnConv2d {
  readonly kernel: readonly [height: number, width: number];
  readonly stride: number;
  readonly padding: number;
  readonly dilation: number;
  readonly groups: number;
  readonly channels: readonly [last: number, other: number];
}

/** Kernels of 1 to 7 in both axes or one of them, strides to 3; many channels only without groups, depthwise among the grouped. */
export function drawConv2d(draw: Draw): DrawnConv2d {
  const size = draw.integer(1, 7);
  const kernel = draw.oneOf([[size, size] as const, [size, size] as const, [1, size] as const, [size, 1] as const]);
  const groups = draw.oneOf([1, 1, 1, 2, 3, 5]);
  const few = () => draw.integer(1, 4);
  return {
    kernel,
    stride: draw.integer(1, 3),
    padding: draw.integer(0, 3),
    dilation: draw.oneOf([1, 1, 2, 3]),
    groups,
    channels: groups > 1 ? draw.oneOf([[1, 1] as const, [few(), few()] as const]) : [draw.channels(), draw.channels()],
  };
}

/** A bias that keeps a ReLU from its kink: ±4, beside sums that stay below 3.6. The first channel is alive. */
export function biasApart(channels: number): Float32Array {
  return Float32Array.from({ length: channels }, (_, channel) => (channel % 3 === 1 ? -4 : 4));
}

function caseOf(sizes: Conv2dSizes, kind: "plain" | "bias" | "bias and relu", seed: number): OpCase {
  const problem = conv2dProblemOf(sizes);
  const relu = kind === "bias and relu";
  const input = (name: string, shape: Shape, data: Float32Array): OpInput => ({ name, shape, data, differentiable: true });
  const most = relu ? 3.6 / sizeOf(sizes.weight.slice(0, 3)) : 1;
  const inputs = [
    input("x", sizes.x, randomValues(seed, sizeOf(sizes.x), -most, most)),
    input("weight", sizes.weight, randomValues(seed + 1, sizeOf(sizes.weight))),
  ];
  if (kind !== "plain") {
    const { outChannels } = problem;
    inputs.push({ ...input("bias", [outChannels], relu ? biasApart(outChannels) : randomValues(seed + 2, outChannels)), f32: true });
  }
  const { stride, padding, dilation = 1, groups = 1 } = sizes;
  return {
    op: "conv2d",
    name: `${conv2dCaseName(sizes)}${kind === "plain" ? "" : ` with ${kind}`}`,
    inputs,
    build: ([x, weight, bias]) =>
      conv2d(x!, weight!, bias ?? null, { stride, padding, dilation, groups, activation: relu ? "relu" : "none" }),
    reference([x, weight, bias]) {
      const { value } = conv2dReference(problem, x!, weight!, bias ?? null);
      return relu ? value.map((sum) => Math.max(sum, 0)) : value;
    },
  };
}
