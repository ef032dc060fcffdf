import { maskedL2 } from "@kindling/autograd";
import { type Shape, sizeOf } from "@kindling/gpu";
import type { OpCase, OpInput } from "../opCase.ts";
import type { OpFamily } from "../opFamily.ts";
import { randomValues } from "../random.ts";
import { drawHeatmaps, heatmapSizes, pairInputs } from "./heatmapSizes.ts";

/** maskedL2 with and without a mask of pixels, also of many channels. */
export const maskedL2Family: OpFamily = {
  op: "maskedL2",
  cases: ([...heatmapSizes, [2, 3, 5, 38]] as const).flatMap((shape, i) => [
    make(shape, 2300 + 6 * i, true),
    make(shape, 2303 + 6 * i, false),
  ]),
  random: (draw) => make(drawHeatmaps(draw), draw.seed(), draw.oneOf([true, false])),
};

function make(shape: Shape, seed: number, masked: boolean): OpCase {
  const channels = shape[3]!;
  return {
    op: "maskedL2",
    name: `[${shape}]${masked ? ", masked" : ""}`,
    inputs: [...pairInputs(shape, seed), ...(masked ? [pixelMask(shape, seed + 2)] : [])],
    build: ([prediction, target, mask]) => maskedL2(prediction!, target!, mask ?? null),
    reference([prediction, target, mask]) {
      const sum = prediction!.reduce((total, value, at) => {
        const difference = (value - target![at]!) * (mask?.[Math.floor(at / channels)] ?? 1);
        return total + difference ** 2;
      }, 0);
      return Float64Array.of(sum / 2 / shape[0]!);
    },
  };
}

/** [n,h,w,1]: a third of the pixels is left out, some count in part. */
function pixelMask(shape: Shape, seed: number): OpInput {
  const maskShape = [...shape.slice(0, 3), 1];
  const data = randomValues(seed, sizeOf(maskShape), -0.75, 1.5).map((value) => Math.max(value, 0));
  return { name: "mask", shape: maskShape, data, differentiable: false, f32: true };
}
