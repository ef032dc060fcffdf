import { spatialKl } from "@kindling/autograd";
import type { Shape } from "@kindling/gpu";
import { spatialKlReference } from "@kindling/kernels";
import type { OpCase } from "../opCase.ts";
import type { OpFamily } from "../opFamily.ts";
import { drawHeatmaps, heatmapInput, heatmapSizes, maskInput, reciprocalOf, sumOf, type Visible, withF32 } from "./heatmapSizes.ts";

interface Setting {
  readonly temperature: number;
  readonly logitScale: number;
  readonly normalization: "batch" | "batchAndJoints" | "all";
  readonly mask: "absent" | Visible;
  /** Heatmaps lie in 0 … range. */
  readonly range: number;
}

const settings: readonly Setting[] = [
  // Heatmaps at temperature 4: distributions that are almost uniform, whose divergence is 10⁻⁵ of the log-sum-exps.
  { temperature: 4, logitScale: 1, normalization: "batch", mask: "absent", range: 1 },
  { temperature: 1, logitScale: 1, normalization: "batchAndJoints", mask: "some", range: 3 },
  { temperature: 2, logitScale: 50, normalization: "batchAndJoints", mask: "absent", range: 1 },
  { temperature: 1, logitScale: 100, normalization: "batch", mask: "some", range: 1 },
  { temperature: 4, logitScale: 1, normalization: "batchAndJoints", mask: "none", range: 1 },
  { temperature: 2, logitScale: 10, normalization: "all", mask: "some", range: 1 },
];

/** spatialKl over temperatures, scales, normalisations and masks. */
export const spatialKlFamily: OpFamily = {
  op: "spatialKl",
  cases: [
    withF32("teacher", make([2, 7, 5, 3], settings[1]!, 250)),
    ...heatmapSizes.flatMap((shape, i) => settings.map((setting, j) => make(shape, setting, 100 + 20 * i + 3 * j))),
  ],
  random(draw) {
    const setting: Setting = {
      temperature: draw.oneOf([0.5, 1, 4]),
      logitScale: draw.oneOf([0.25, 1, 10]),
      normalization: draw.oneOf(["batch", "batchAndJoints", "all"]),
      mask: draw.oneOf(["absent", "some", "none"]),
      range: draw.oneOf([1, 3]),
    };
    return make(drawHeatmaps(draw), setting, draw.seed());
  },
};

function make(shape: Shape, { temperature, logitScale, normalization, mask, range }: Setting, seed: number): OpCase {
  const [n = 0, h = 0, w = 0, k = 0] = shape;
  return {
    op: "spatialKl",
    name: `[${shape}] T ${temperature} scale ${logitScale} over ${normalization}, mask ${mask}`,
    inputs: [
      heatmapInput("student", shape, seed, 0, range, true),
      heatmapInput("teacher", shape, seed + 1, 0, range, false),
      ...(mask === "absent" ? [] : [maskInput(shape, seed + 2, mask)]),
    ],
    build: ([student, teacher, m]) => spatialKl(student!, teacher!, { temperature, logitScale, normalization, ...(m ? { mask: m } : {}) }),
    reference([student, teacher, m]) {
      const counts = m ?? new Float64Array(n * k).fill(1);
      const fixed = { batch: n, all: n * k, batchAndJoints: null }[normalization];
      const factor = fixed ? temperature ** 2 / fixed : reciprocalOf(counts, temperature ** 2);
      const weight = counts.map((count) => count * factor);
      return sumOf(spatialKlReference({ outer: n, length: h * w, inner: k }, student!, teacher!, weight, logitScale / temperature).value);
    },
  };
}
