import { mse } from "@kindling/autograd";
import type { Shape } from "@kindling/gpu";
import { mseReference, weightedMseReference } from "@kindling/kernels";
import type { OpCase } from "../opCase.ts";
import type { OpFamily } from "../opFamily.ts";
import { drawHeatmaps, heatmapSizes, maskInput, pairInputs, reciprocalOf, sumOf, type Visible, withF32 } from "./heatmapSizes.ts";

const plainSizes: readonly Shape[] = [...heatmapSizes, [7], [2, 33, 16]];

/** mse, plain over any shape, and over the visible maps of heatmaps. */
export const mseFamily: OpFamily = {
  op: "mse",
  cases: [
    ...plainSizes.map((shape, i) => plain(shape, 400 + 2 * i)),
    withF32("target", plain([2, 33, 16], 420)),
    withF32("prediction", masked([2, 7, 5, 3], 424, "some")),
    ...heatmapSizes.flatMap((shape, i) => [masked(shape, 430 + 3 * i, "some"), masked(shape, 460 + 3 * i, "none")]),
    ...heatmapSizes.map((shape, i) => masked(shape, 490 + 3 * i, "some", "all")),
  ],
  random(draw) {
    if (draw.oneOf(["masked", "plain"]) === "masked")
      return masked(drawHeatmaps(draw), draw.seed(), draw.oneOf(["some", "none"]), draw.oneOf(["visible", "all"]));
    const shape = drawHeatmaps(draw);
    return plain(shape.slice(draw.integer(0, 3)), draw.seed());
  },
};

function plain(shape: Shape, seed: number): OpCase {
  return {
    op: "mse",
    name: `[${shape}]`,
    inputs: pairInputs(shape, seed),
    build: ([prediction, target]) => mse(prediction!, target!),
    reference: ([prediction, target]) => mseReference(prediction!, target!).value,
  };
}

function masked(shape: Shape, seed: number, visible: Visible, normalization: "visible" | "all" = "visible"): OpCase {
  const [n = 0, h = 0, w = 0, k = 0] = shape;
  return {
    op: "mse",
    name: `[${shape}], ${visible} visible, over ${normalization}`,
    inputs: [...pairInputs(shape, seed), maskInput(shape, seed + 2, visible)],
    build: ([prediction, target, mask]) => mse(prediction!, target!, mask!, { normalization }),
    reference: ([prediction, target, mask]) => {
      const factor = normalization === "all" ? 1 / (n * h * w * k) : reciprocalOf(mask!, 1 / (h * w));
      const weight = mask!.map((value) => value * factor);
      return sumOf(weightedMseReference({ outer: n, length: h * w, inner: k }, prediction!, target!, weight).value);
    },
  };
}
