import { type CropWindow, crop, type Padding, pad } from "@kindling/autograd";
import { sizeOf } from "@kindling/gpu";
import { copyWindowReference } from "@kindling/kernels";
import type { OpCase } from "../opCase.ts";
import type { OpFamily } from "../opFamily.ts";
import { randomValues } from "../random.ts";

type Image = readonly [batch: number, height: number, width: number, channels: number];

/** pad: no frame, one side, all of them, and values that are not 0. */
export const padFamily: OpFamily = {
  op: "pad",
  cases: [
    padCase([1, 1, 1, 1], { top: 0, bottom: 0, left: 0, right: 0 }, 0, 860),
    padCase([2, 3, 5, 3], { top: 1, bottom: 2, left: 3, right: 0 }, 0.5, 861),
    padCase([1, 4, 3, 4], { top: 0, bottom: 5, left: 0, right: 1 }, -2, 862),
  ],
  random(draw) {
    const [top, bottom, left, right] = [draw.integer(0, 5), draw.integer(0, 5), draw.integer(0, 5), draw.integer(0, 5)];
    const image = [draw.size(3), draw.size(), draw.size(), draw.channels()] as const;
    return padCase(image, { top, bottom, left, right }, draw.oneOf([0, 0.25, -3]), draw.seed());
  },
};

/** crop: the whole image, one pixel, each corner. */
export const cropFamily: OpFamily = {
  op: "crop",
  cases: [
    cropCase([1, 1, 1, 1], { top: 0, left: 0, height: 1, width: 1 }, 870),
    cropCase([2, 7, 5, 3], { top: 0, left: 4, height: 5, width: 1 }, 871),
    cropCase([3, 6, 9, 4], { top: 2, left: 0, height: 4, width: 7 }, 872),
    cropCase([1, 4, 4, 17], { top: 1, left: 1, height: 2, width: 2 }, 873),
  ],
  random(draw) {
    const image = [draw.size(3), draw.size(), draw.size(), draw.channels()] as const;
    const [top, left] = [draw.integer(0, image[1] - 1), draw.integer(0, image[2] - 1)];
    const window = { top, left, height: draw.integer(1, image[1] - top), width: draw.integer(1, image[2] - left) };
    return cropCase(image, window, draw.seed());
  },
};

function padCase(image: Image, padding: Padding, value: number, seed: number): OpCase {
  const [batch, height, width, channels] = image;
  const { top, bottom, left, right } = padding;
  const sizes = { batch, height, width, channels, outHeight: top + height + bottom, outWidth: left + width + right };
  return {
    op: "pad",
    name: `[${image}] by ${top}, ${bottom}, ${left}, ${right} with ${value}`,
    inputs: [{ name: "x", shape: image, data: randomValues(seed, sizeOf(image)), differentiable: true }],
    build: ([x]) => pad(x!, padding, value),
    reference: ([x]) => copyWindowReference({ ...sizes, top: -top, left: -left, value }, x!).value,
  };
}

function cropCase(image: Image, window: CropWindow, seed: number): OpCase {
  const [batch, height, width, channels] = image;
  const { top, left, height: outHeight, width: outWidth } = window;
  return {
    op: "crop",
    name: `[${image}] to ${outHeight} × ${outWidth} at ${top}, ${left}`,
    inputs: [{ name: "x", shape: image, data: randomValues(seed, sizeOf(image)), differentiable: true }],
    build: ([x]) => crop(x!, window),
    reference: ([x]) => copyWindowReference({ batch, height, width, channels, outHeight, outWidth, top, left, value: 0 }, x!).value,
  };
}
