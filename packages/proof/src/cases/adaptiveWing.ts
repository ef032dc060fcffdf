import { adaptiveWing } from "@kindling/autograd";
import { adaptiveWingReference } from "@kindling/kernels";
import type { OpCase } from "../opCase.ts";
import { heatmapInput, heatmapSizes, maskInput } from "./heatmapSizes.ts";

const paper = { omega: 14, theta: 0.5, epsilon: 1, alpha: 2.1, importanceWeight: 10, importanceThreshold: 0.2 };
const constants = [paper, { omega: 8, theta: 0.7, epsilon: 0.5, alpha: 2.3, importanceWeight: 3, importanceThreshold: 0.9 }];

/** Cases of adaptiveWing on both sides of θ, for both normalisations, with some or no joint visible. */
export const adaptiveWingCases: readonly OpCase[] = heatmapSizes.flatMap((shape, i) =>
  constants.flatMap((options, j) =>
    (["all", "visible"] as const).flatMap((normalization) =>
      (["some", "none"] as const).map((visible): OpCase => {
        const seed = 300 + 10 * i + 3 * j;
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
            const counted = normalization === "all" ? n * k : mask!.reduce((sum, value) => sum + value, 0);
            const factor = counted === 0 ? 0 : 1 / (counted * h * w);
            const p = { outer: n, length: h, width: w, inner: k, splits: 1, ...options };
            return Float64Array.of(
              adaptiveWingReference(p, prediction!, target!, mask!, factor).value.reduce((sum, value) => sum + value, 0),
            );
          },
        };
      }),
    ),
  ),
);
