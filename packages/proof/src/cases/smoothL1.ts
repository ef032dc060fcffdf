import { smoothL1 } from "@kindling/autograd";
import { type Shape, sizeOf } from "@kindling/gpu";
import type { OpCase } from "../opCase.ts";
import type { OpFamily } from "../opFamily.ts";
import { randomValues } from "../random.ts";
import { drawHeatmaps, heatmapSizes, pairInputs, reciprocalOf, type Visible, weightInput, withF32 } from "./heatmapSizes.ts";

interface Setting {
  readonly beta: number;
  readonly normalization: "all" | "visible";
  readonly visible: Visible | null;
}

/** smoothL1 of any shape, and of coordinates and heatmaps with weights; on both sides of β, and as the L1 loss. */
export const smoothL1Family: OpFamily = {
  op: "smoothL1",
  cases: [
    withF32("target", make([2, 7, 5, 3], 2390, { beta: 0.5, normalization: "all", visible: "some" })),
    ...([...heatmapSizes, [7], [2, 33, 16]] as const).flatMap((shape, i) =>
      [1, 0].map((beta, j) => make(shape, 2400 + 4 * i + 2 * j, { beta, normalization: "all", visible: null })),
    ),
    ...([...heatmapSizes, [3, 17, 2], [2, 5, 3]] as const).flatMap((shape, i) => [
      make(shape, 2500 + 9 * i, { beta: 0.5, normalization: "all", visible: "some" }),
      make(shape, 2503 + 9 * i, { beta: 0, normalization: "visible", visible: "some" }),
      make(shape, 2506 + 9 * i, { beta: 1, normalization: "visible", visible: "none" }),
    ]),
  ],
  random(draw) {
    const visible = draw.oneOf(["some", "none", null] as const);
    const coordinates = draw.oneOf([true, false]);
    const shape = coordinates ? [draw.size(3), draw.channels(), draw.size(3)] : drawHeatmaps(draw);
    return make(shape, draw.seed(), { beta: draw.oneOf([0, 0.3, 1]), normalization: draw.oneOf(["all", "visible"]), visible });
  },
};

function make(shape: Shape, seed: number, { beta, normalization, visible }: Setting): OpCase {
  const joints = shape.length === 3 ? shape[1]! : shape[3]!;
  // Maps of which each weight counts all elements but those of other joints.
  const perMap = shape.length === 3 ? shape[2]! : shape[1]! * shape[2]!;
  const mapOf = (at: number): number =>
    shape.length === 3 ? Math.floor(at / perMap) : Math.floor(at / (perMap * joints)) * joints + (at % joints);
  const [prediction, target] = pairInputs(shape, seed);
  const weight = visible ? [weightInput([shape[0]!, 1, 1, joints], seed + 2, visible)] : [];
  const distances = randomValues(seed + 3, sizeOf(shape));
  const apart = prediction.data.map((_, at) => {
    const m = Math.max(weight[0]?.data[mapOf(at)] ?? 1, 0.1);
    // Weighted differences of at least 0.1 from 0 and from beta: below it or above it.
    const size =
      distances[at]! > 0 && beta > 0 ? 0.1 + Math.abs(distances[at]!) * Math.max(beta - 0.2, 0) : beta + 0.1 + Math.abs(distances[at]!);
    return target.data[at]! + (Math.sign(distances[at]! * prediction.data[at]!) * size) / m;
  });
  return {
    op: "smoothL1",
    name: `[${shape}] beta ${beta} over ${normalization}, weights ${visible ?? "absent"}`,
    inputs: [{ ...prediction, data: apart }, target, ...weight],
    build: ([p, t, w]) => smoothL1(p!, t!, w ?? null, { beta, normalization }),
    reference([p, t, w]) {
      const weights = w ?? new Float64Array(sizeOf(shape) / perMap).fill(1);
      const sum = p!.reduce((total, value, at) => {
        const m = w ? weights[mapOf(at)]! : 1;
        const distance = Math.abs(m * value - m * t![at]!);
        return total + (distance < beta ? distance ** 2 / (2 * beta) : distance - beta / 2);
      }, 0);
      const factor = normalization === "visible" && w ? reciprocalOf(weights, 1 / perMap) : 1 / sizeOf(shape);
      return Float64Array.of(factor * sum);
    },
  };
}
