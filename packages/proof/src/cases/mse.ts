import { mse } from "@kindling/autograd";
import type { Shape } from "@kindling/gpu";
import { mseReference, weightedMseReference } from "@kindling/kernels";
import type { OpCase } from "../opCase.ts";
import { heatmapInput, heatmapSizes, maskInput } from "./heatmapSizes.ts";

/** Cases of mse: plain over any shape, and over the visible maps of heatmaps. */
export const mseCases: readonly OpCase[] = [
  ...([...heatmapSizes, [7], [2, 33, 16]] as readonly Shape[]).map((shape, i) => plain(shape, 400 + 2 * i)),
  ...heatmapSizes.flatMap((shape, i) => [masked(shape, 430 + 3 * i, "some"), masked(shape, 460 + 3 * i, "none")]),
];

function plain(shape: Shape, seed: number): OpCase {
  return {
    op: "mse",
    name: `[${shape}]`,
    inputs: [heatmapInput("prediction", shape, seed, -1, 1, true), heatmapInput("target", shape, seed + 1, -1, 1, true)],
    build: ([prediction, target]) => mse(prediction!, target!),
    reference: ([prediction, target]) => mseReference(prediction!, target!).value,
  };
}

function masked(shape: Shape, seed: number, visible: "some" | "none"): OpCase {
  const [n = 0, h = 0, w = 0, k = 0] = shape;
  return {
    op: "mse",
    name: `[${shape}], ${visible} visible`,
    inputs: [
      heatmapInput("prediction", shape, seed, -1, 1, true),
      heatmapInput("target", shape, seed + 1, -1, 1, true),
      maskInput(shape, seed + 2, visible),
    ],
    build: ([prediction, target, mask]) => mse(prediction!, target!, mask!),
    reference: ([prediction, target, mask]) => {
      const sum = mask!.reduce((total, value) => total + value, 0) * h * w;
      const weight = mask!.map((value) => (sum === 0 ? 0 : value / sum));
      const maps = weightedMseReference({ outer: n, length: h * w, inner: k }, prediction!, target!, weight);
      return Float64Array.of(maps.value.reduce((total, value) => total + value, 0));
    },
  };
}
