/** Draws one first value of a weight or bias whose outputs sum `fanIn` products; `random` is uniform on [0, 1). */
export type Initialiser = (fanIn: number, random: () => number) => number;

/** PyTorch's own first values of a convolution, weight and bias: uniform within ±1/√fanIn, which is kaiming_uniform with a = √5. */
export const pytorchDefault: Initialiser = (fanIn, random) => (2 * random() - 1) / Math.sqrt(fanIn);

/** PyTorch's kaiming_uniform_ with a = 0: uniform within ±√(6 / fanIn), which keeps the variance through a ReLU. He et al. 2015, eq. 10. */
export const kaimingUniform: Initialiser = (fanIn, random) => (2 * random() - 1) * Math.sqrt(6 / fanIn);

/** Always 0. */
export const zero: Initialiser = () => 0;

/** Normal with mean 0. */
export function normal(standardDeviation: number): Initialiser {
  // Box and Muller 1958; 1 − random() is never 0.
  return (_, random) => standardDeviation * Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
