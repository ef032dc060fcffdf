import type { Reference } from "../reference.ts";
import type { LayerNormForwardProblem } from "./layerNorm.ts";
import type { LayerNormProblem } from "./layerNormProblem.ts";

/** (x − E[x]) / √(Var[x] + epsilon) · weight + bias over each row, with the mean and 1 / √(Var[x] + epsilon), in float64. */
export function layerNormReference(
  { rows, length, epsilon }: LayerNormForwardProblem,
  x: Float64Array,
  weight: Float64Array,
  bias: Float64Array,
): { y: Reference; mean: Reference; rstd: Reference } {
  const empty = (size: number): Reference => ({ value: new Float64Array(size), magnitude: new Float64Array(size), terms: length + 8 });
  const [y, mean, rstd] = [empty(x.length), empty(rows), empty(rows)];
  for (let row = 0; row < rows; row++) {
    const values = x.subarray(row * length, (row + 1) * length);
    const center = values.reduce((sum, value) => sum + value, 0) / length;
    const size = values.reduce((sum, value) => sum + Math.abs(value), 0) / length;
    const variance = values.reduce((sum, value) => sum + (value - center) ** 2, 0) / length;
    const scale = 1 / Math.sqrt(variance + epsilon);
    // Deviations are differences of rounded numbers; the variance has their rounding.
    const rounding = values.reduce((sum, value) => sum + Math.abs(value - center) * (Math.abs(value) + size), 0) / length;
    const relative = 1 + rounding * scale ** 2;
    mean.value[row] = center;
    mean.magnitude[row] = size;
    rstd.value[row] = scale;
    rstd.magnitude[row] = scale * relative;
    for (const [i, value] of values.entries()) {
      const normalised = (value - center) * scale;
      y.value[row * length + i] = normalised * weight[i]! + bias[i]!;
      y.magnitude[row * length + i] =
        ((Math.abs(value) + size) * scale + Math.abs(normalised) * relative) * Math.abs(weight[i]!) + Math.abs(bias[i]!);
    }
  }
  return { y, mean, rstd };
}

/** dx by the chain rule: dx̂ = dy · weight, then through the variance and through the mean of each row. */
export function layerNormInputGradReference(
  { rows, length }: LayerNormProblem,
  dy: Float64Array,
  x: Float64Array,
  mean: Float64Array,
  rstd: Float64Array,
  weight: Float64Array,
): Reference {
  const value = new Float64Array(x.length);
  const magnitude = new Float64Array(x.length);
  for (let row = 0; row < rows; row++) {
    const [center, scale] = [mean[row]!, rstd[row]!];
    let [dvariance, dmean, dvarianceSize, dmeanSize] = [0, 0, 0, 0];
    for (let i = 0; i < length; i++) {
      const slope = dy[row * length + i]! * weight[i]!;
      const input = x[row * length + i]!;
      dvariance += slope * (input - center) * -0.5 * scale ** 3;
      dvarianceSize += Math.abs(slope) * (Math.abs(input) + Math.abs(center)) * 0.5 * scale ** 3;
      dmean -= slope * scale;
      dmeanSize += Math.abs(slope) * scale;
    }
    for (let i = 0; i < length; i++) {
      const at = row * length + i;
      const direct = dy[at]! * weight[i]! * scale;
      value[at] = direct + (dvariance * 2 * (x[at]! - center)) / length + dmean / length;
      const size = Math.abs(x[at]!) + Math.abs(center);
      magnitude[at] = Math.abs(direct) + (dvarianceSize * 2 * size) / length + dmeanSize / length;
    }
  }
  return { value, magnitude, terms: length + 8 };
}

/** Σ dy · x̂ and Σ dy over the rows of each of `splits` ranges of ⌈rows / splits⌉: [splits, length]. */
export function layerNormWeightGradReference(
  { rows, length, splits }: LayerNormProblem & { readonly splits: number },
  dy: Float64Array,
  x: Float64Array,
  mean: Float64Array,
  rstd: Float64Array,
): { dweight: Reference; dbias: Reference } {
  const rowsPerSplit = Math.ceil(rows / splits);
  const empty = (): Reference => ({
    value: new Float64Array(splits * length),
    magnitude: new Float64Array(splits * length),
    terms: rowsPerSplit + 3,
  });
  const [dweight, dbias] = [empty(), empty()];
  for (const [at, gradient] of dy.entries()) {
    const row = Math.floor(at / length);
    const to = Math.floor(row / rowsPerSplit) * length + (at % length);
    dweight.value[to]! += gradient * (x[at]! - mean[row]!) * rstd[row]!;
    dweight.magnitude[to]! += Math.abs(gradient) * (Math.abs(x[at]!) + Math.abs(mean[row]!)) * rstd[row]!;
    dbias.value[to]! += gradient;
    dbias.magnitude[to]! += Math.abs(gradient);
  }
  return { dweight, dbias };
}
