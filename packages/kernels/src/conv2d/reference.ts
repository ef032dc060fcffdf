import type { Reference } from "../reference.ts";
import type { Conv2dProblem } from "./conv2dProblem.ts";

/** y[n,ho,wo,co] = bias[co] + Σ x[n, ho·stride+kh·dilation−padding, wo·stride+kw·dilation−padding, ci] · weight[kh,kw,ci,co], in float64; y is dense. */
export function conv2dReference(p: Conv2dProblem, x: Float64Array, weight: Float64Array, bias: Float64Array | null): Reference {
  const value = new Float64Array(p.batch * p.outHeight * p.outWidth * p.outChannels);
  const magnitude = new Float64Array(value.length);
  visitTerms(p, (at, xAt, weightAt) => {
    const term = x[xAt]! * weight[weightAt]!;
    value[at]! += term;
    magnitude[at]! += Math.abs(term);
  });
  if (bias) addBias(value, magnitude, bias);
  return { value, magnitude, terms: (p.kernelHeight * p.kernelWidth * p.inChannels) / p.groups + 1 };
}

/** dx = bias[ci] + Σ dy · weight over every (output, weight) pair that reads the input: the transposed sum, from the definition. */
export function conv2dInputGradReference(
  p: Conv2dProblem,
  dy: Float64Array,
  weight: Float64Array,
  bias: Float64Array | null = null,
): Reference {
  const value = new Float64Array(p.batch * p.height * p.width * p.inChannels);
  const magnitude = new Float64Array(value.length);
  visitTerms(p, (at, xAt, weightAt) => {
    const term = dy[at]! * weight[weightAt]!;
    value[xAt]! += term;
    magnitude[xAt]! += Math.abs(term);
  });
  if (bias) addBias(value, magnitude, bias);
  return { value, magnitude, terms: (p.kernelHeight * p.kernelWidth * p.outChannels) / p.groups + 1 };
}

/** dweight = Σ dy · x over every pixel that uses the weight. */
export function conv2dWeightGradReference(p: Conv2dProblem, dy: Float64Array, x: Float64Array): Reference {
  const value = new Float64Array(((p.kernelHeight * p.kernelWidth * p.inChannels) / p.groups) * p.outChannels);
  const magnitude = new Float64Array(value.length);
  visitTerms(p, (at, xAt, weightAt) => {
    const term = dy[at]! * x[xAt]!;
    value[weightAt]! += term;
    magnitude[weightAt]! += Math.abs(term);
  });
  return { value, magnitude, terms: p.batch * p.outHeight * p.outWidth };
}

/** Every product of a convolution: dense index of y, index of x, index of the weight. What lies in the padding is in no product. */
function visitTerms(p: Conv2dProblem, visit: (at: number, xAt: number, weightAt: number) => void): void {
  const groupChannels = p.inChannels / p.groups;
  for (let n = 0; n < p.batch; n++)
    for (let ho = 0; ho < p.outHeight; ho++)
      for (let wo = 0; wo < p.outWidth; wo++)
        for (let kh = 0; kh < p.kernelHeight; kh++)
          for (let kw = 0; kw < p.kernelWidth; kw++) {
            const h = ho * p.stride + kh * p.dilation - p.padding;
            const w = wo * p.stride + kw * p.dilation - p.padding;
            if (h < 0 || h >= p.height || w < 0 || w >= p.width) continue;
            for (let co = 0; co < p.outChannels; co++) {
              const firstChannel = Math.floor(co / (p.outChannels / p.groups)) * groupChannels;
              for (let ci = 0; ci < groupChannels; ci++) {
                visit(
                  ((n * p.outHeight + ho) * p.outWidth + wo) * p.outChannels + co,
                  ((n * p.height + h) * p.width + w) * p.inChannels + firstChannel + ci,
                  ((kh * p.kernelWidth + kw) * groupChannels + ci) * p.outChannels + co,
                );
              }
            }
          }
}

function addBias(value: Float64Array, magnitude: Float64Array, bias: Float64Array): void {
  for (let i = 0; i < value.length; i++) {
    value[i]! += bias[i % bias.length]!;
    magnitude[i]! += Math.abs(bias[i % bias.length]!);
  }
}
