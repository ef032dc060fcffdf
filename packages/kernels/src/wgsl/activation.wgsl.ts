import { f32 } from "../wgsl.ts";
import { exponential } from "./exponential.wgsl.ts";
import { logarithm, logOnePlus } from "./logarithm.wgsl.ts";

/** Functions of one number that {@link activationSource} writes. */
export type ActivationName =
  | "abs"
  | "elu"
  | "exp"
  | "gelu"
  | "geluTanh"
  | "hardsigmoid"
  | "hardswish"
  | "log"
  | "relu6"
  | "sigmoid"
  | "silu"
  | "softplus"
  | "sqrt"
  | "tanh";

/** Functions that several activations share. */
export type ActivationPart =
  | "bell"
  | "exponential"
  | "expMinusOne"
  | "hardsigmoid"
  | "logarithm"
  | "logOnePlus"
  | "normalCdf"
  | "sigmoid"
  | "twiceTanhArgument";

/** A function of x and its derivative, as WGSL expressions of a `Value`, f32 or vec4f, and of the parameters' names. */
export interface Activation {
  /** Numbers that stay the same for a call. */
  readonly parameters?: readonly string[];
  /** Functions that the expressions call, those that others call first. */
  readonly uses?: readonly ActivationPart[];
  readonly value: string;
  readonly derivative: string;
  /** Floating point operations an element, exp() counted as one. */
  readonly flops: number;
}

/** tanh's argument in GELU's approximation is √(2/π) (x + 0.044715 x³) (Hendrycks & Gimpel 2016, §2); here times two. */
const geluLinear = 2 * Math.sqrt(2 / Math.PI);
const geluCubic = 0.044715 * geluLinear;

/**
 * PyTorch's activations (ATen/native/cpu/Activation.cpp), with its conventions at kinks. Every comparison is written so that NaN passes
 * through, and no intermediate result overflows that PyTorch's does not.
 */
export const activations: Readonly<Record<ActivationName, Activation>> = {
  abs: { value: "abs(x)", derivative: "select(select(Value(0.0), Value(1.0), x > Value(0.0)), Value(-1.0), x < Value(0.0))", flops: 1 },
  elu: {
    parameters: ["alpha"],
    uses: ["exponential", "expMinusOne"],
    value: "select(x, alpha * expMinusOne(x), x <= Value(0.0))",
    derivative: "select(Value(1.0), alpha * exponential(x), x <= Value(0.0))",
    flops: 20,
  },
  exp: { uses: ["exponential"], value: "exponential(x)", derivative: "exponential(x)", flops: 1 },
  gelu: {
    uses: ["exponential", "normalCdf"],
    value: "x * normalCdf(x)",
    // Φ(x) + x · φ(x); φ(x) = exp(−x² / 2) / √(2π).
    derivative: `normalCdf(x) + x * (${f32(1 / Math.sqrt(2 * Math.PI))} * exponential(-0.5 * x * x))`,
    flops: 30,
  },
  geluTanh: {
    uses: ["exponential", "sigmoid", "bell", "twiceTanhArgument"],
    // (1 + tanh u) / 2 is sigmoid(2u), which keeps its digits where tanh u is near −1.
    value: "x * sigmoid(twiceTanhArgument(x))",
    // Beyond 12 the second term is below f32's range, but has factors above it.
    derivative: `sigmoid(twiceTanhArgument(x)) + select(
    x * bell(twiceTanhArgument(x)) * (${f32(geluLinear)} + ${f32(3 * geluCubic)} * x * x), Value(0.0), abs(x) > Value(12.0))`,
    flops: 20,
  },
  hardsigmoid: {
    uses: ["hardsigmoid"],
    value: "hardsigmoid(x)",
    derivative: "select(Value(0.0), Value(1.0 / 6.0), (x > Value(-3.0)) & (x < Value(3.0)))",
    flops: 4,
  },
  hardswish: {
    uses: ["hardsigmoid"],
    value: "x * hardsigmoid(x)",
    // At ±3 the outer slopes, as in PyTorch's pull request 148049; versions before it have −0.5 and 1.5.
    derivative: "select(select(x / 3.0 + 0.5, Value(1.0), x >= Value(3.0)), Value(0.0), x <= Value(-3.0))",
    flops: 5,
  },
  log: { uses: ["logarithm"], value: "logarithm(x)", derivative: "1.0 / x", flops: 1 },
  relu6: {
    value: "select(select(x, Value(6.0), x > Value(6.0)), Value(0.0), x < Value(0.0))",
    derivative: "select(Value(0.0), Value(1.0), (x > Value(0.0)) & (x < Value(6.0)))",
    flops: 2,
  },
  sigmoid: { uses: ["exponential", "sigmoid", "bell"], value: "sigmoid(x)", derivative: "bell(x)", flops: 4 },
  silu: { uses: ["exponential", "sigmoid"], value: "x * sigmoid(x)", derivative: "sigmoid(x) * (1.0 + x * sigmoid(-x))", flops: 5 },
  softplus: {
    parameters: ["beta", "threshold"],
    uses: ["exponential", "sigmoid", "logarithm", "logOnePlus"],
    value: `select(
    (max(beta * x, Value(0.0)) + logOnePlus(exponential(-abs(beta * x)))) / beta, x, beta * x > Value(threshold))`,
    derivative: "select(sigmoid(beta * x), Value(1.0), beta * x > Value(threshold))",
    flops: 20,
  },
  sqrt: { value: "sqrt(x)", derivative: "0.5 / sqrt(x)", flops: 1 },
  tanh: {
    uses: ["exponential", "expMinusOne", "bell"],
    // Built-in tanh() overflows on some drivers. With e = exp(−2|x|) − 1 it is −e / (2 + e).
    value: "select(Value(-1.0), Value(1.0), x < Value(0.0)) * expMinusOne(-2.0 * abs(x)) / (2.0 + expMinusOne(-2.0 * abs(x)))",
    derivative: "4.0 * bell(2.0 * x)",
    flops: 25,
  },
};

/** WGSL: `fn activation(x: Value) -> Value` and `fn derivative(x: Value) -> Value`, with what they call; the shader defines `Value`. */
export function activationSource(name: ActivationName, parameters: Readonly<Record<string, number>>): string {
  const { parameters: names = [], uses = [], value, derivative } = activations[name];
  return [
    ...names.map((parameter) => `const ${parameter} = ${f32(parameters[parameter] ?? Number.NaN)};`),
    ...uses.map((use) => library[use]),
    `fn activation(x: Value) -> Value { return ${value}; }`,
    `fn derivative(x: Value) -> Value { return ${derivative}; }`,
  ].join("\n");
}

const library: Readonly<Record<ActivationPart, string>> = {
  exponential: exponential("Value"),
  logarithm: logarithm("Value"),
  /** e^x − 1 for x ≤ 0, by its series near 0, where the difference would cancel: what is left out is below 0.5⁹ / 10! of it. */
  expMinusOne: `fn expMinusOne(x: Value) -> Value {
  let series = x * (1.0 + x / 2.0 * (1.0 + x / 3.0 * (1.0 + x / 4.0 * (1.0 + x / 5.0 * (1.0 + x / 6.0 * (1.0 + x / 7.0 * (1.0 + x / 8.0
    * (1.0 + x / 9.0))))))));
  return select(series, exponential(x) - 1.0, x < Value(-0.5));
}`,
  logOnePlus: logOnePlus("Value"),
  /** 1 / (1 + e^−x): the exponential never overflows, and the quotient keeps its digits at both ends. */
  sigmoid: `fn sigmoid(x: Value) -> Value {
  let e = exponential(-abs(x));
  return select(Value(1.0), e, x < Value(0.0)) / (1.0 + e);
}`,
  /** The derivative of the sigmoid. */
  bell: `fn bell(x: Value) -> Value {
  let e = exponential(-abs(x));
  return e / ((1.0 + e) * (1.0 + e));
}`,
  hardsigmoid: `fn hardsigmoid(x: Value) -> Value {
  return select(select(x / 6.0 + 0.5, Value(1.0), x >= Value(3.0)), Value(0.0), x <= Value(-3.0));
}`,
  twiceTanhArgument: `fn twiceTanhArgument(x: Value) -> Value { return x * (${f32(geluLinear)} + ${f32(geluCubic)} * x * x); }`,
  /**
   * Φ(x) = erfc(−x / √2) / 2. erfc by the Chebyshev fit of Press et al., Numerical Recipes, 2nd ed., §6.2 (`erfcc`), whose relative error
   * stays below 1.2·10⁻⁷ however small erfc is.
   */
  normalCdf: `fn normalCdf(x: Value) -> Value {
  let z = ${f32(Math.SQRT1_2)} * abs(x);
  let t = 1.0 / (1.0 + 0.5 * z);
  let tail = 0.5 * t * exponential(-z * z - 1.26551223 + t * (1.00002368 + t * (0.37409196 + t * (0.09678418 + t * (-0.18628806 + t * (0.27886807
    + t * (-1.13520398 + t * (1.48851587 + t * (-0.82215223 + t * 0.17087277)))))))));
  return select(1.0 - tail, tail, x < Value(0.0));
}`,
};
