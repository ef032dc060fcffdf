import { type AvgPool2dOptions, adaptiveAvgPool2d, avgPool2d, globalAvgPool2d } from "@kindling/autograd";
import { sizeOf } from "@kindling/gpu";
import { avgPool2dReference, pool2dOutputSize } from "@kindling/kernels";
import type { OpCase } from "../opCase.ts";
import type { OpFamily } from "../opFamily.ts";
import { randomValues } from "../random.ts";
import { drawWindow } from "./maxPool2d.ts";
import { withLargeValues } from "./withLargeValues.ts";

type Image = readonly [batch: number, height: number, width: number, channels: number];

/** avgPool2d. */
export const avgPool2dFamily: OpFamily = {
  op: "avgPool2d",
  cases: [
    slidingCase([1, 1, 1, 1], { kernel: 1, stride: 1, padding: 0, ceilMode: false, countIncludePad: true }, 810),
    slidingCase([2, 7, 5, 3], { kernel: 3, stride: 2, padding: 1, ceilMode: false, countIncludePad: true }, 811),
    slidingCase([2, 7, 6, 4], { kernel: 3, stride: 2, padding: 1, ceilMode: true, countIncludePad: true }, 812),
    slidingCase([2, 7, 6, 4], { kernel: 3, stride: 2, padding: 1, ceilMode: true, countIncludePad: false }, 813),
    slidingCase([1, 9, 4, 17], { kernel: 5, stride: 1, padding: 2, ceilMode: false, countIncludePad: false }, 814),
    slidingCase([1, 10, 3, 4], { kernel: 2, stride: 3, padding: 0, ceilMode: false, countIncludePad: true }, 815),
    withLargeValues(slidingCase([1, 13, 13, 4], { kernel: 13, stride: 1, padding: 0, ceilMode: false, countIncludePad: true }, 816)),
  ],
  random(draw) {
    const { shortest, ...window } = drawWindow(draw);
    const length = () => Math.max(shortest, draw.size());
    const x = [draw.size(2), length(), length(), draw.channels()] as const;
    return slidingCase(x, { ...window, countIncludePad: draw.oneOf([false, true]) }, draw.seed());
  },
};

/** adaptiveAvgPool2d. */
export const adaptiveAvgPool2dFamily: OpFamily = {
  op: "adaptiveAvgPool2d",
  cases: [
    adaptiveCase("adaptiveAvgPool2d", [1, 1, 1, 1], [1, 1], 820),
    adaptiveCase("adaptiveAvgPool2d", [2, 7, 5, 3], [3, 2], 821),
    adaptiveCase("adaptiveAvgPool2d", [1, 4, 3, 17], [7, 5], 822),
    adaptiveCase("adaptiveAvgPool2d", [3, 13, 11, 4], [13, 1], 823),
    adaptiveCase("adaptiveAvgPool2d", [1, 5, 7, 8], [3, 9], 824),
  ],
  random: (draw) =>
    adaptiveCase("adaptiveAvgPool2d", [draw.size(2), draw.size(), draw.size(), draw.channels()], [draw.size(), draw.size()], draw.seed()),
};

/** globalAvgPool2d. */
export const globalAvgPool2dFamily: OpFamily = {
  op: "globalAvgPool2d",
  cases: [
    adaptiveCase("globalAvgPool2d", [1, 1, 1, 1], [1, 1], 830),
    adaptiveCase("globalAvgPool2d", [3, 1, 7, 3], [1, 1], 831),
    adaptiveCase("globalAvgPool2d", [2, 24, 18, 17], [1, 1], 832),
    adaptiveCase("globalAvgPool2d", [2, 12, 9, 20], [1, 1], 833),
  ],
  random: (draw) => adaptiveCase("globalAvgPool2d", [draw.size(3), draw.size(), draw.size(), draw.channels()], [1, 1], draw.seed()),
};

function slidingCase(image: Image, options: Required<AvgPool2dOptions>, seed: number): OpCase {
  const [batch, height, width, channels] = image;
  const { kernel, stride, padding, ceilMode, countIncludePad } = options;
  const outSize = (size: number) => pool2dOutputSize(size, kernel, stride, padding, ceilMode);
  const sizes = { batch, height, width, channels, outHeight: outSize(height), outWidth: outSize(width) };
  const counted = countIncludePad ? "" : " without padding";
  return {
    op: "avgPool2d",
    name: `[${image}] kernel ${kernel} stride ${stride} padding ${padding}${ceilMode ? " ceil" : ""}${counted}`,
    inputs: [{ name: "x", shape: image, data: randomValues(seed, sizeOf(image)), differentiable: true }],
    build: ([x]) => avgPool2d(x!, options),
    reference: ([x]) => avgPool2dReference({ ...sizes, windows: "sliding", kernel, stride, padding, countIncludePad }, x!).value,
  };
}

function adaptiveCase(op: "adaptiveAvgPool2d" | "globalAvgPool2d", image: Image, size: readonly [number, number], seed: number): OpCase {
  const [batch, height, width, channels] = image;
  const [outHeight, outWidth] = size;
  return {
    op,
    name: `[${image}] to [${size}]`,
    inputs: [{ name: "x", shape: image, data: randomValues(seed, sizeOf(image)), differentiable: true }],
    build: ([x]) => (op === "globalAvgPool2d" ? globalAvgPool2d(x!) : adaptiveAvgPool2d(x!, size)),
    reference: ([x]) => avgPool2dReference({ batch, height, width, channels, outHeight, outWidth, windows: "adaptive" }, x!).value,
  };
}
