import { jointsOhkmMse } from "@kindling/autograd";
import type { Shape } from "@kindling/gpu";
import type { OpCase } from "../opCase.ts";
import type { OpFamily } from "../opFamily.ts";
import { drawHeatmaps, heatmapSizes, pairInputs, weightInput } from "./heatmapSizes.ts";

/** jointsOhkmMse of one joint, some or all, with and without weights. */
export const jointsOhkmMseFamily: OpFamily = {
  op: "jointsOhkmMse",
  cases: heatmapSizes.flatMap((shape, i) => {
    const joints = shape[3]!;
    return [...new Set([1, Math.ceil(joints / 2), joints])].flatMap((topk, j) => [
      make(shape, 2100 + 20 * i + 6 * j, topk, true),
      make(shape, 2103 + 20 * i + 6 * j, topk, false),
    ]);
  }),
  random(draw) {
    const shape = drawHeatmaps(draw);
    return make(shape, draw.seed(), draw.integer(1, shape[3]!), draw.oneOf([true, false]));
  },
};

function make(shape: Shape, seed: number, topk: number, weighted: boolean): OpCase {
  const [n = 0, h = 0, w = 0, k = 0] = shape;
  return {
    op: "jointsOhkmMse",
    name: `[${shape}] top ${topk}${weighted ? ", weighted" : ""}`,
    inputs: [...pairInputs(shape, seed), ...(weighted ? [weightInput(shape, seed + 2)] : [])],
    build: ([prediction, target, weight]) => jointsOhkmMse(prediction!, target!, weight ?? null, topk),
    reference([prediction, target, weight]) {
      let sum = 0;
      for (let sample = 0; sample < n; sample++) {
        const losses = new Float64Array(k);
        for (let at = sample * h * w * k; at < (sample + 1) * h * w * k; at++) {
          const m = weight?.[sample * k + (at % k)] ?? 1;
          losses[at % k]! += (0.5 * (m * prediction![at]! - m * target![at]!) ** 2) / (h * w);
        }
        // A sorted Float64Array has its NaN at the end, so the last are the largest as torch.topk has them.
        sum += losses
          .sort()
          .subarray(k - topk)
          .reduce((total, loss) => total + loss, 0);
      }
      return Float64Array.of(sum / (topk * n));
    },
  };
}
