import { sizeOf } from "@kindling/gpu";
import { type ActivationName, activationGradKernels, activationKernels } from "@kindling/kernels";
import { record } from "../graph.ts";
import { dispatch, type Op } from "../op.ts";
import type { Tensor } from "../tensor.ts";
import { inferSameShape } from "./inferSameShape.ts";

/** |x|; its derivative at 0 is 0. */
export function abs(x: Tensor): Tensor {
  return record(absOp, [x], {})[0]!;
}

/** x above 0, else alpha · (e^x − 1) (Clevert et al. 2016). */
export function elu(x: Tensor, { alpha = 1 }: { readonly alpha?: number } = {}): Tensor {
  return record(eluOp, [x], { alpha })[0]!;
}

/** e^x. */
export function exp(x: Tensor): Tensor {
  return record(expOp, [x], {})[0]!;
}

/**
 * x · Φ(x), Φ the standard normal distribution function (Hendrycks & Gimpel 2016), or its approximation 0.5x (1 + tanh(√(2/π) (x + 0.044715x³))).
 */
export function gelu(x: Tensor, { approximate = "none" }: { readonly approximate?: "none" | "tanh" } = {}): Tensor {
  return record(approximate === "tanh" ? geluTanhOp : geluOp, [x], {})[0]!;
}

/** (x + 3) / 6, at least 0 and at most 1 (Howard et al. 2019, §5.2). */
export function hardsigmoid(x: Tensor): Tensor {
  return record(hardsigmoidOp, [x], {})[0]!;
}

/** x · hardsigmoid(x) (Howard et al. 2019, §5.2). */
export function hardswish(x: Tensor): Tensor {
  return record(hardswishOp, [x], {})[0]!;
}

/** ln x; −∞ at 0, NaN below. */
export function log(x: Tensor): Tensor {
  return record(logOp, [x], {})[0]!;
}

/** x, at least 0 and at most 6 (Howard et al. 2017, the code); its derivative at both is 0. */
export function relu6(x: Tensor): Tensor {
  return record(relu6Op, [x], {})[0]!;
}

/** 1 / (1 + e^−x). */
export function sigmoid(x: Tensor): Tensor {
  return record(sigmoidOp, [x], {})[0]!;
}

/** x · sigmoid(x), also called swish (Elfwing et al. 2018); at −∞ NaN, as in PyTorch. */
export function silu(x: Tensor): Tensor {
  return record(siluOp, [x], {})[0]!;
}

/** ln(1 + e^(beta·x)) / beta, and x itself where beta · x is above the threshold. @throws RangeError unless beta is above 0. */
export function softplus(x: Tensor, { beta = 1, threshold = 20 }: { readonly beta?: number; readonly threshold?: number } = {}): Tensor {
  if (!(beta > 0)) throw new RangeError(`softplus: beta must be above 0; got ${beta}`);
  return record(softplusOp, [x], { beta, threshold })[0]!;
}

/** √x; NaN below 0. */
export function sqrt(x: Tensor): Tensor {
  return record(sqrtOp, [x], {})[0]!;
}

/** (e^x − e^−x) / (e^x + e^−x). */
export function tanh(x: Tensor): Tensor {
  return record(tanhOp, [x], {})[0]!;
}

/** An elementwise function with the numbers that it takes, by name. */
export type ActivationOp = Op<Readonly<Record<string, number>>>;

/** The rule object of {@link abs}. */
export const absOp: ActivationOp = rule("abs");
/** The rule object of {@link elu}. */
export const eluOp: ActivationOp = rule("elu");
/** The rule object of {@link exp}. */
export const expOp: ActivationOp = rule("exp");
/** The rule object of {@link gelu}. */
export const geluOp: ActivationOp = rule("gelu");
/** The rule object of {@link gelu}'s approximation. */
export const geluTanhOp: ActivationOp = rule("geluTanh");
/** The rule object of {@link hardsigmoid}. */
export const hardsigmoidOp: ActivationOp = rule("hardsigmoid");
/** The rule object of {@link hardswish}. */
export const hardswishOp: ActivationOp = rule("hardswish");
/** The rule object of {@link log}. */
export const logOp: ActivationOp = rule("log");
/** The rule object of {@link relu6}. */
export const relu6Op: ActivationOp = rule("relu6");
/** The rule object of {@link sigmoid}. */
export const sigmoidOp: ActivationOp = rule("sigmoid");
/** The rule object of {@link silu}. */
export const siluOp: ActivationOp = rule("silu");
/** The rule object of {@link softplus}. */
export const softplusOp: ActivationOp = rule("softplus");
/** The rule object of {@link sqrt}. */
export const sqrtOp: ActivationOp = rule("sqrt");
/** The rule object of {@link tanh}. */
export const tanhOp: ActivationOp = rule("tanh");

/** The gradient is of x, not of the output: in f16 an output near its bound has lost what the derivative is made of. */
function rule(name: ActivationName): ActivationOp {
  const gradOp: ActivationOp = {
    name: `${name}Grad`,
    infer: (inputs) => inferSameShape(`${name}Grad`, inputs),
    lower: ({ inputs, outputs: [dx], attrs }) => [
      dispatch(activationGradKernels[name], { ...attrs, size: sizeOf(dx!.shape) }, inputs, [dx!]),
    ],
    vjp: "not differentiable",
  };
  return {
    name,
    infer: ([x]) => [{ shape: x!.shape, dtype: x!.dtype }],
    lower: ({ inputs, outputs: [y], attrs }) => [dispatch(activationKernels[name], { ...attrs, size: sizeOf(y!.shape) }, inputs, [y!])],
    vjp: ({ inputs: [x], attrs }, [dy]) => [record(gradOp, [dy!, x!], attrs)[0]!],
  };
}
