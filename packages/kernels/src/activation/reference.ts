import type { Reference } from "../reference.ts";
import type { ActivationName } from "../wgsl/activation.wgsl.ts";

/** Parameters of an activation by name. */
export type ActivationParameters = Readonly<Record<string, number>>;

/** The activation of every element, in float64. */
export function activationReference(name: ActivationName, x: Float64Array, parameters: ActivationParameters): Reference {
  return evaluate(x, (value) => formulas[name](value, parameters));
}

/** dy times PyTorch's derivative at x, in float64; 0 where the derivative is. */
export function activationGradReference(
  name: ActivationName,
  dy: Float64Array,
  x: Float64Array,
  parameters: ActivationParameters,
): Reference {
  const slopes = evaluate(x, (value) => derivatives[name](value, parameters));
  return {
    value: slopes.value.map((slope, at) => (slope === 0 ? 0 : slope * dy[at]!)),
    magnitude: slopes.magnitude.map((magnitude, at) => magnitude * Math.abs(dy[at]!)),
    terms: slopes.terms,
  };
}

/** |f| and |x · f′|, which says what a rounding of x does; f′ by differences. */
function evaluate(x: Float64Array, f: (x: number) => number): Reference {
  const magnitude = x.map((value) => {
    const h = 1e-6 * Math.max(Math.abs(value), 1e-3);
    const sensitivity = (Math.abs(value) * Math.abs(f(value + h) - f(value - h))) / (2 * h);
    return Math.abs(f(value)) + (Number.isFinite(sensitivity) ? sensitivity : 0);
  });
  return { value: x.map(f), magnitude, terms: 4 };
}

const formulas: Readonly<Record<ActivationName, (x: number, parameters: ActivationParameters) => number>> = {
  abs: Math.abs,
  elu: (x, { alpha }) => (x > 0 ? x : alpha! * Math.expm1(x)),
  exp: Math.exp,
  gelu: (x) => x * normalCdf(x),
  // (1 + tanh u) / 2 = 1 / (1 + exp(−2u))
  geluTanh: (x) => x / (1 + Math.exp(-2 * tanhArgument(x))),
  hardsigmoid: (x) => Math.min(Math.max(x + 3, 0), 6) / 6,
  hardswish: (x) => (x * Math.min(Math.max(x + 3, 0), 6)) / 6,
  log: Math.log,
  relu6: (x) => Math.min(Math.max(x, 0), 6),
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  silu: (x) => x / (1 + Math.exp(-x)),
  softplus: (x, { beta, threshold }) => (beta! * x > threshold! ? x : Math.log1p(Math.exp(beta! * x)) / beta!),
  sqrt: Math.sqrt,
  tanh: Math.tanh,
};

const derivatives: Readonly<Record<ActivationName, (x: number, parameters: ActivationParameters) => number>> = {
  abs: (x) => Number(x > 0) - Number(x < 0),
  elu: (x, { alpha }) => (x <= 0 ? alpha! * Math.exp(x) : 1),
  exp: Math.exp,
  gelu: (x) => normalCdf(x) + (x * Math.exp((-x * x) / 2)) / Math.sqrt(2 * Math.PI),
  geluTanh(x) {
    const [sigmoid, slope] = [1 / (1 + Math.exp(-2 * tanhArgument(x))), Math.sqrt(2 / Math.PI) * (1 + 3 * 0.044715 * x * x)];
    const bell = Math.exp(-2 * Math.abs(tanhArgument(x))) / (1 + Math.exp(-2 * Math.abs(tanhArgument(x)))) ** 2;
    return sigmoid + (bell === 0 ? 0 : 2 * x * bell * slope);
  },
  hardsigmoid: (x) => (x > -3 && x < 3 ? 1 / 6 : 0),
  hardswish(x) {
    if (x <= -3) return 0;
    return x >= 3 ? 1 : x / 3 + 0.5;
  },
  log: (x) => 1 / x,
  relu6: (x) => (x > 0 && x < 6 ? 1 : 0),
  sigmoid: (x) => Math.exp(-Math.abs(x)) / (1 + Math.exp(-Math.abs(x))) ** 2,
  silu: (x) => (1 + x / (1 + Math.exp(x))) / (1 + Math.exp(-x)),
  softplus: (x, { beta, threshold }) => (beta! * x > threshold! ? 1 : 1 / (1 + Math.exp(-beta! * x))),
  sqrt: (x) => 0.5 / Math.sqrt(x),
  tanh: (x) => 1 / Math.cosh(x) ** 2,
};

function tanhArgument(x: number): number {
  return Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3);
}

/** The standard normal distribution function: erfc(−x / √2) / 2. */
function normalCdf(x: number): number {
  const z = Math.abs(x) / Math.SQRT2;
  const tail = z < 2 ? (1 - erf(z)) / 2 : erfcTail(z) / 2;
  return x < 0 ? tail : 1 - tail;
}

/** erf z = 2/√π e^−z² Σ 2ⁿ z²ⁿ⁺¹ / (2n+1)!! (Abramowitz & Stegun 7.1.6): no terms cancel. */
function erf(z: number): number {
  let [term, sum] = [z, z];
  for (let n = 1; n < 100; n++) {
    term *= (2 * z * z) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-z * z) * sum;
}

/** erfc z for z ≥ 2 by its continued fraction (Abramowitz & Stegun 7.1.14). */
function erfcTail(z: number): number {
  let fraction = z;
  for (let n = 200; n >= 1; n--) fraction = z + n / 2 / fraction;
  return Math.exp(-z * z) / (Math.sqrt(Math.PI) * fraction);
}
