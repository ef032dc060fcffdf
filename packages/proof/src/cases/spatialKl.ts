import { spatialKl } from "@kindling/autograd";
import { spatialKlReference } from "@kindling/kernels";
import type { OpCase } from "../opCase.ts";
import { heatmapInput, heatmapSizes, maskInput } from "./heatmapSizes.ts";

interface Setting {
  readonly temperature: number;
  readonly logitScale: number;
  readonly normalization: "batch" | "batchAndJoints";
  readonly mask: "absent" | "some" | "none";
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
];

/** Cases of spatialKl over temperatures, scales, normalisations and masks. */
export const spatialKlCases: readonly OpCase[] = heatmapSizes.flatMap((shape, i) =>
  settings.map((setting, j): OpCase => {
    const { temperature, logitScale, normalization, mask, range } = setting;
    const seed = 100 + 20 * i + 3 * j;
    const inputs = [heatmapInput("student", shape, seed, 0, range, true), heatmapInput("teacher", shape, seed + 1, 0, range, false)];
    const weights = mask === "absent" ? null : maskInput(shape, seed + 2, mask);
    if (weights) inputs.push(weights);
    const [n = 0, h = 0, w = 0, k = 0] = shape;
    return {
      op: "spatialKl",
      name: `[${shape}] T ${temperature} scale ${logitScale} over ${normalization}, mask ${mask}`,
      inputs,
      build: ([student, teacher, m]) =>
        spatialKl(student!, teacher!, { temperature, logitScale, normalization, ...(m ? { mask: m } : {}) }),
      reference: ([student, teacher, m]) => {
        const counts = m ?? new Float64Array(n * k).fill(1);
        const total = normalization === "batch" ? n : counts.reduce((sum, value) => sum + value, 0);
        const maps = spatialKlReference({ outer: n, length: h * w, inner: k }, student!, teacher!, counts, logitScale / temperature);
        const sum = maps.value.reduce((all, value) => all + value, 0);
        return Float64Array.of(total === 0 ? 0 : (temperature ** 2 * sum) / total);
      },
    };
  }),
);
