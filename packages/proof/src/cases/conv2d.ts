import { conv2d } from "@kindling/autograd";
import { type Shape, sizeOf } from "@kindling/gpu";
import { type Conv2dProblem, conv2dOutputSize, conv2dReference } from "@kindling/kernels";
import type { OpCase, OpInput } from "../opCase.ts";
import { randomValues } from "../random.ts";

interface Sizes {
  readonly x: Shape;
  readonly weight: Shape;
  readonly stride: number;
  readonly padding: number;
  readonly dilation?: number;
  readonly groups?: number;
}

/** Sizes chosen to break convolutions: 1×1 images, odd sizes, strides with a remainder, wide padding, channels 1, 3, 4, 17, groups. */
export const conv2dSizes: readonly Sizes[] = [
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
];

/** The problem of a row of {@link conv2dSizes}. */
export function conv2dProblemOf({ x, weight, stride, padding, dilation = 1, groups = 1 }: Sizes): Conv2dProblem {
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
export function conv2dCaseName({ x, weight, stride, padding, dilation = 1, groups = 1 }: Sizes): string {
  return `[${x}] * [${weight}] stride ${stride} padding ${padding}${dilation > 1 ? ` dilation ${dilation}` : ""}${groups > 1 ? ` groups ${groups}` : ""}`;
}

/** Cases without activation, every second one with bias. */
const plainCases: readonly OpCase[] = conv2dSizes.map((sizes, i) => {
  const problem = conv2dProblemOf(sizes);
  const input = (name: string, shape: Shape, seed: number): OpInput => ({
    name,
    shape,
    data: randomValues(seed, sizeOf(shape)),
    differentiable: true,
  });
  const inputs = [input("x", sizes.x, 3 * i + 1), input("weight", sizes.weight, 3 * i + 2)];
  if (i % 2 === 0) inputs.push(input("bias", [problem.outChannels], 3 * i + 3));
  return {
    op: "conv2d",
    name: conv2dCaseName(sizes),
    inputs,
    build: ([x, weight, bias]) =>
      conv2d(x!, weight!, bias ?? null, {
        stride: sizes.stride,
        padding: sizes.padding,
        dilation: sizes.dilation ?? 1,
        groups: sizes.groups ?? 1,
      }),
    reference: ([x, weight, bias]) => conv2dReference(problem, x!, weight!, bias ?? null).value,
  };
});

/** A fused ReLU: sums below 3.6 and biases of ±4 keep every value far from the kink, so that differences can judge it. */
const reluCase: OpCase = (() => {
  const sizes: Sizes = { x: [2, 4, 5, 4], weight: [3, 3, 4, 8], stride: 1, padding: 1 };
  const input = (name: string, shape: Shape, data: Float32Array): OpInput => ({ name, shape, data, differentiable: true });
  return {
    op: "conv2d",
    name: `${conv2dCaseName(sizes)} relu`,
    inputs: [
      input("x", sizes.x, randomValues(101, sizeOf(sizes.x), -0.1, 0.1)),
      input("weight", sizes.weight, randomValues(102, sizeOf(sizes.weight))),
      input(
        "bias",
        [8],
        Float32Array.from({ length: 8 }, (_, channel) => (channel % 3 === 0 ? -4 : 4)),
      ),
    ],
    build: ([x, weight, bias]) => conv2d(x!, weight!, bias!, { padding: 1, activation: "relu" }),
    reference: ([x, weight, bias]) => conv2dReference(conv2dProblemOf(sizes), x!, weight!, bias!).value.map((value) => Math.max(value, 0)),
  };
})();

/** Cases of conv2d, with and without bias and ReLU. */
export const conv2dCases: readonly OpCase[] = [...plainCases, reluCase];
