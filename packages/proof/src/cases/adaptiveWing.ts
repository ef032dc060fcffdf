import { adaptiveWing } from "@kindling/autograd";
import type { Shape } from "@kindling/gpu";
import { adaptiveWingReference } from "@kindling/kernels";
import type { OpCase } from "../opCase.ts";
import type { OpFamily } from "../opFamily.ts";
import { drawHeatmaps, heatmapInput, heatmapSizes, maskInput, reciprocalOf, sumOf, type Visible, withF32 } from "./heatmapSizes.ts";

interface Setting {
  readonly constants: (typeof constants)[number];
  readonly normalization: "all" | "visible";
  readonly visible: Visible;
}

const constants = [
  { omega: 14, theta: 0.5, epsilon: 1, alpha: 2.1, importanceWeight: 10, importanceThreshold: 0.2 },
  { omega: 8, theta: 0.7, epsilon: 0.5, alpha: 2.3, importanceWeight: 3, importanceThreshold: 0.9 },
];
const normalizations = ["all", "visible"] as const;
const visibilities = ["some", "none"] as const;

/** adaptiveWing on both sides of θ, for both normalisations, with some or no joint visible. */
export const adaptiveWingFamily: OpFamily = {
  op: "adaptiveWing",
  cases: [
    withF32("target", make([2, 7, 5, 3], { constants: constants[0]!, normalization: "all", visible: "some" }, 390)),
    ...heatmapSizes.flatMap((shape, i) =>
      constants.flatMap((options, j) =>
        normalizations.flatMap((normalization) =>
          visibilities.map((visible) => make(shape, { constants: options, normalization, visible }, 300 + 10 * i + 3 * j)),
        ),
      ),
    ),
  ],
  random: (draw) =>
    make(
      drawHeatmaps(draw),
      { constants: draw.oneOf(constants), normalization: draw.oneOf(normalizations), visible: draw.oneOf(visibilities) },
      draw.seed(),
    ),
};

function make(shape: Shape, { constants: options, normalization, visible }: Setting, seed: number): OpCase {
  const [n = 0, h = 0, w = 0, k = 0] = shape;
  return {
    op: "adaptiveWing",
    name: `[${shape}] θ ${options.theta} over ${normalization}, ${visible} visible`,
    inputs: [
      heatmapInput("prediction", shape, seed, -1.2, 1.8, true),
      heatmapInput("target", shape, seed + 1, 0, 1, false),
      maskInput(shape, seed + 2, visible),
    ],
    build: ([prediction, target, mask]) => adaptiveWing(prediction!, target!, mask!, { ...options, normalization }),
    reference: ([prediction, target, mask]) => {
      const factor = normalization === "all" ? 1 / (n * h * w * k) : reciprocalOf(mask!, 1 / (h * w));
      const p = { outer: n, length: h, width: w, inner: k, splits: 1, ...options };
      return sumOf(adaptiveWingReference(p, prediction!, target!, mask!, factor).value);
    },
  };
}
