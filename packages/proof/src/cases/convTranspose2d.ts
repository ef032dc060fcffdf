import { type ConvTranspose2dAttrs, convTranspose2d } from "@kindling/autograd";
import { type Shape, sizeOf } from "@kindling/gpu";
import type { OpCase, OpInput } from "../opCase.ts";
import type { OpFamily } from "../opFamily.ts";
import { randomValues } from "../random.ts";
import { drawConv2d } from "./conv2d.ts";

/**
 * convTranspose2d: one pixel, up by 2 as pose networks do it, sizes cut off and added, channels 1, 3, 4, 17, groups, and an output padding
 * that only the dilation allows.
 */
export const convTranspose2dFamily: OpFamily = {
  op: "convTranspose2d",
  cases: [
    caseOf([1, 1, 1, 1], [1, 1, 1, 1], {}, true, 900),
    caseOf([2, 5, 4, 6], [4, 4, 8, 6], { stride: 2, padding: 1 }, true, 903),
    caseOf([1, 4, 3, 8], [4, 4, 8, 8], { stride: 2, padding: 1 }, false, 906),
    caseOf([1, 3, 5, 17], [3, 3, 4, 17], { stride: 2, padding: 1, outputPadding: 1 }, true, 909),
    caseOf([3, 2, 3, 4], [2, 2, 3, 4], { stride: 3, outputPadding: 2 }, false, 912),
    caseOf([2, 4, 3, 4], [1, 3, 4, 4], { dilation: 2, padding: 1, outputPadding: 1 }, true, 915),
    caseOf([1, 3, 4, 4], [1, 1, 8, 4], { dilation: 2, outputPadding: 1 }, true, 918),
    caseOf([2, 3, 3, 6], [3, 3, 2, 6], { stride: 2, groups: 3 }, true, 921),
    caseOf([1, 4, 3, 5], [4, 4, 1, 5], { stride: 2, padding: 1, groups: 5 }, false, 924),
    caseOf([1, 4, 3, 8], [4, 4, 1, 8], { stride: 2, padding: 1, groups: 8 }, true, 927),
  ],
  random(draw) {
    const { kernel, channels, ...options } = drawConv2d(draw);
    const { stride, padding, dilation, groups } = options;
    // Large enough that something is left after the padding is cut off.
    const length = (size: number) => Math.max(1, Math.ceil((2 * padding - dilation * (size - 1)) / stride) + 1) + draw.size(5) - 1;
    const [inChannels, outChannels] = channels;
    const x = [draw.integer(1, 2), length(kernel[0]), length(kernel[1]), inChannels * groups];
    const outputPadding = draw.integer(0, Math.max(stride, dilation) - 1);
    return caseOf(x, [...kernel, outChannels, inChannels * groups], { ...options, outputPadding }, draw.oneOf([true, false]), draw.seed());
  },
};

function caseOf(x: Shape, weight: Shape, options: Partial<ConvTranspose2dAttrs>, withBias: boolean, seed: number): OpCase {
  const attrs = { stride: 1, padding: 0, outputPadding: 0, dilation: 1, groups: 1, ...options };
  const outChannels = weight[2]! * attrs.groups;
  const input = (name: string, shape: Shape, offset: number): OpInput => ({
    name,
    shape,
    data: randomValues(seed + offset, sizeOf(shape)),
    differentiable: true,
  });
  const inputs = [input("x", x, 0), input("weight", weight, 1)];
  if (withBias) inputs.push({ ...input("bias", [outChannels], 2), f32: true });
  const shown = Object.entries(options).map(([name, value]) => ` ${name} ${value}`);
  return {
    op: "convTranspose2d",
    name: `[${x}] * [${weight}]${shown.join("")}${withBias ? " with bias" : ""}`,
    inputs,
    build: ([image, kernel, bias]) => convTranspose2d(image!, kernel!, bias ?? null, attrs),
    reference: ([image, kernel, bias]) => reference(image!, x, kernel!, weight, bias ?? null, attrs),
  };
}

/** Each pixel of x puts a copy of the kernel, scaled by it, at stride times its place; what falls into the padding is dropped. */
function reference(
  x: Float64Array,
  [n = 0, h = 0, w = 0, ci = 0]: Shape,
  weight: Float64Array,
  [kh = 0, kw = 0, groupChannels = 0]: Shape,
  bias: Float64Array | null,
  { stride, padding, outputPadding, dilation, groups }: ConvTranspose2dAttrs,
): Float64Array {
  const outHeight = (h - 1) * stride - 2 * padding + dilation * (kh - 1) + outputPadding + 1;
  const outWidth = (w - 1) * stride - 2 * padding + dilation * (kw - 1) + outputPadding + 1;
  const co = groupChannels * groups;
  const y = Float64Array.from({ length: n * outHeight * outWidth * co }, (_, at) => bias?.[at % co] ?? 0);
  for (let pixel = 0; pixel < n * h * w; pixel++)
    for (let tap = 0; tap < kh * kw; tap++) {
      const image = Math.floor(pixel / (h * w));
      const row = (Math.floor(pixel / w) % h) * stride - padding + Math.floor(tap / kw) * dilation;
      const column = (pixel % w) * stride - padding + (tap % kw) * dilation;
      if (row < 0 || row >= outHeight || column < 0 || column >= outWidth) continue;
      for (let i = 0; i < ci; i++)
        for (let o = 0; o < groupChannels; o++) {
          const channel = Math.floor(i / (ci / groups)) * groupChannels + o;
          y[((image * outHeight + row) * outWidth + column) * co + channel]! +=
            x[pixel * ci + i]! * weight[(tap * groupChannels + o) * ci + i]!;
        }
    }
  return y;
}
