import type { Reference } from "../reference.ts";
import type { SgdMomentumProblem } from "./sgd.ts";

/** What a step of SGD starts from; without momentum, the buffer is ignored. */
export interface SgdState {
  readonly parameters: Float64Array;
  readonly momentumBuffer: Float64Array;
}

/** What a step of SGD leaves. */
export interface SgdReference {
  readonly parameters: Reference;
  readonly momentumBuffer: Reference;
}

/**
 * One step in float64, as the algorithm of torch.optim.SGD has it (its documentation's listing); scalars as for the kernels. Momentum 0 is
 * a step without a buffer.
 */
export function sgdReference(p: SgdMomentumProblem, gradients: Float64Array, scalars: Float64Array, before: SgdState): SgdReference {
  const [learningRate, share] = [scalars[0]! * p.learningRateFactor, scalars[1]!];
  const parameters = { value: before.parameters.slice(), magnitude: before.parameters.map(Math.abs), terms: 5 };
  const momentumBuffer = { value: before.momentumBuffer.slice(), magnitude: before.momentumBuffer.map(Math.abs), terms: 3 };
  for (const [i, gradient] of gradients.entries()) {
    let g = gradient;
    let terms = Math.abs(gradient);
    if (p.weightDecay !== 0) {
      g += p.weightDecay * before.parameters[i]!;
      terms += Math.abs(p.weightDecay * before.parameters[i]!);
    }
    if (p.momentum !== 0) {
      const buffer = p.momentum * before.momentumBuffer[i]! + share * g;
      const bufferTerms = Math.abs(p.momentum * before.momentumBuffer[i]!) + share * terms;
      momentumBuffer.value[i] = buffer;
      momentumBuffer.magnitude[i] = bufferTerms;
      g = p.nesterov ? g + p.momentum * buffer : buffer;
      terms = p.nesterov ? terms + p.momentum * bufferTerms : bufferTerms;
    }
    parameters.value[i] = before.parameters[i]! - learningRate * g;
    parameters.magnitude[i] = Math.abs(before.parameters[i]!) + learningRate * terms;
  }
  return { parameters, momentumBuffer };
}
