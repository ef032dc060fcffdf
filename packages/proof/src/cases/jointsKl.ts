import { jointsKl } from "@kindling/autograd";
import type { Shape } from "@kindling/gpu";
import { scaleMapsReference, spatialKlReference } from "@kindling/kernels";
import type { OpCase } from "../opCase.ts";
import type { OpFamily } from "../opFamily.ts";
import { drawHeatmaps, heatmapInput, heatmapSizes, sumOf, weightInput } from "./heatmapSizes.ts";

interface Setting {
  readonly normalization: "batchAndPixels" | "batch" | "batchAndJoints";
  readonly teacherGradient: boolean;
  readonly weighted: boolean;
}

const normalizations = ["batchAndPixels", "batch", "batchAndJoints"] as const;

/** jointsKl with and without weights, which change the temperature, and with the gradient of the teacher. */
export const jointsKlFamily: OpFamily = {
  op: "jointsKl",
  cases: heatmapSizes.flatMap((shape, i) =>
    normalizations.flatMap((normalization, j) => [
      make(shape, { normalization, teacherGradient: true, weighted: j !== 2 }, 2600 + 20 * i + 6 * j),
      make(shape, { normalization, teacherGradient: false, weighted: j === 1 }, 2603 + 20 * i + 6 * j),
    ]),
  ),
  random: (draw) =>
    make(
      drawHeatmaps(draw),
      { normalization: draw.oneOf(normalizations), teacherGradient: draw.oneOf([true, false]), weighted: draw.oneOf([true, false]) },
      draw.seed(),
    ),
};

function make(shape: Shape, { normalization, teacherGradient, weighted }: Setting, seed: number): OpCase {
  const [n = 0, h = 0, w = 0, k = 0] = shape;
  return {
    op: "jointsKl",
    name: `[${shape}] over ${normalization}${weighted ? ", weighted" : ""}${teacherGradient ? ", teacher too" : ""}`,
    inputs: [
      heatmapInput("student", shape, seed, 0, 3, true),
      heatmapInput("teacher", shape, seed + 1, 0, 3, teacherGradient),
      ...(weighted ? [weightInput(shape, seed + 2)] : []),
    ],
    build: ([student, teacher, weight]) => jointsKl(student!, teacher!, weight ?? null, { normalization, teacherGradient }),
    reference([student, teacher, weight]) {
      const axis = { outer: n, length: h * w, inner: k };
      const [s, t] = [student!, teacher!].map((x) => (weight ? scaleMapsReference(axis, x, weight).value : x));
      const count = { batchAndPixels: n * h * w, batch: n, batchAndJoints: n * k }[normalization];
      return sumOf(spatialKlReference(axis, s!, t!, new Float64Array(n * k).fill(1 / count), 1).value);
    },
  };
}
