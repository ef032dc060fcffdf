import { jointsMse } from "@kindling/autograd";
import type { Shape } from "@kindling/gpu";
import type { OpCase } from "../opCase.ts";
import type { OpFamily } from "../opFamily.ts";
import { drawHeatmaps, heatmapSizes, pairInputs, reciprocalOf, type Visible, weightInput } from "./heatmapSizes.ts";

type Normalization = "all" | "visible";

/** jointsMse with and without weights, some or all of them zero, for both normalisations. */
export const jointsMseFamily: OpFamily = {
  op: "jointsMse",
  cases: heatmapSizes.flatMap((shape, i) => [
    make(shape, 2000 + 10 * i, "all", "some"),
    make(shape, 2003 + 10 * i, "visible", "some"),
    make(shape, 2006 + 10 * i, "visible", "none"),
    make(shape, 2008 + 10 * i, "all", null),
  ]),
  random: (draw) => make(drawHeatmaps(draw), draw.seed(), draw.oneOf(["all", "visible"]), draw.oneOf(["some", "none", null])),
};

function make(shape: Shape, seed: number, normalization: Normalization, visible: Visible | null): OpCase {
  const [n = 0, h = 0, w = 0, k = 0] = shape;
  return {
    op: "jointsMse",
    name: `[${shape}] over ${normalization}, weights ${visible ?? "absent"}`,
    inputs: [...pairInputs(shape, seed), ...(visible ? [weightInput(shape, seed + 2, visible)] : [])],
    build: ([prediction, target, weight]) => jointsMse(prediction!, target!, weight ?? null, { normalization }),
    reference([prediction, target, weight]) {
      const weights = weight ?? new Float64Array(n * k).fill(1);
      const factor = normalization === "all" ? 1 / (n * h * w * k) : reciprocalOf(weights, 1 / (h * w));
      const sum = prediction!.reduce((total, value, at) => {
        const m = weights[Math.floor(at / (h * w * k)) * k + (at % k)]!;
        return total + 0.5 * (m * value - m * target![at]!) ** 2;
      }, 0);
      return Float64Array.of(factor * sum);
    },
  };
}
