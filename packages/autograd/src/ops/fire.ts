import { type Aval, ShapeError } from "@kindling/gpu";
import { type Conv2dProblem, conv2dBiasKernel, conv2dInputGradKernel } from "@kindling/kernels";
import { record } from "../graph.ts";
import { dispatch, type Op } from "../op.ts";
import type { Tensor } from "../tensor.ts";
import { activationGrad } from "./activationGrad.ts";
import { conv2d } from "./conv2d.ts";
import { type Conv2dAttrs, conv2dProblem } from "./conv2dAttrs.ts";
import { weightGradDispatches } from "./conv2dWeightGrad.ts";
import { sumRowsDispatches } from "./sumOverPixels.ts";

/** Weights of a fire module, HWIO, each with its bias. */
export interface FireWeights {
  readonly squeeze: readonly [weight: Tensor, bias: Tensor];
  readonly expand1x1: readonly [weight: Tensor, bias: Tensor];
  readonly expand3x3: readonly [weight: Tensor, bias: Tensor];
}

/**
 * Fire module of SqueezeNet (Iandola et al. 2016, §3.2): 1×1 squeeze and ReLU, then 1×1 and 3×3 expand and ReLU, side by side.
 * x [n,h,w,c] → [n,h,w,e1 + e3]. The two expand convolutions write their channels of one tensor, so nothing is copied to concatenate.
 * @throws ShapeError as conv2d, or when the expand weights are not 1×1 and 3×3.
 */
export function fire(x: Tensor, { squeeze, expand1x1, expand3x3 }: FireWeights): Tensor {
  const squeezed = conv2d(x, squeeze[0], squeeze[1], { activation: "relu" });
  return record(fireExpandOp, [squeezed, ...expand1x1, ...expand3x3], {})[0]!;
}

const attrs1x1: Conv2dAttrs = { stride: 1, padding: 0, dilation: 1, groups: 1, activation: "relu" };
const attrs3x3: Conv2dAttrs = { ...attrs1x1, padding: 1 };

/** The expand half of {@link fire}: squeezed, weight 1×1, bias, weight 3×3, bias → [n,h,w,e1 + e3]. */
export const fireExpandOp: Op<object> = {
  name: "fireExpand",
  infer(inputs) {
    const [one, three] = problems(inputs[0]!, inputs[1]!, inputs[3]!);
    if (one.kernelHeight !== 1 || one.kernelWidth !== 1 || three.kernelHeight !== 3 || three.kernelWidth !== 3) {
      throw new ShapeError("fire", "the expand weights must be 1×1 and 3×3", inputs[1]!, inputs[3]!);
    }
    if (inputs[2]!.shape[0] !== one.outChannels || inputs[4]!.shape[0] !== three.outChannels) {
      throw new ShapeError("fire", "each expand bias must have one value a channel", inputs[2]!, inputs[4]!);
    }
    return [{ shape: [one.batch, one.outHeight, one.outWidth, one.yChannels], dtype: inputs[0]!.dtype }];
  },
  lower({ inputs: [x, weight1, bias1, weight3, bias3], outputs }) {
    const [one, three] = problems(x!, weight1!, weight3!);
    return [
      dispatch(conv2dBiasKernel, { ...one, activation: "relu" }, [x!, weight1!, bias1!], outputs),
      dispatch(conv2dBiasKernel, { ...three, activation: "relu" }, [x!, weight3!, bias3!], outputs),
    ];
  },
  vjp({ inputs, outputs: [y] }, [dy], needed) {
    const [x, weight1, , weight3] = inputs;
    const dz = activationGrad(dy!, y!, "relu");
    const dx = needed[0] ? record(fireExpandInputGradOp, [dz, x!, weight1!, weight3!], {})[0]! : null;
    const [dWeight1, dBias1, dWeight3, dBias3] = needed.slice(1).some(Boolean)
      ? record(fireExpandWeightGradOp, [dz, x!, weight1!, weight3!], {})
      : [];
    return [dx, dWeight1 ?? null, dBias1 ?? null, dWeight3 ?? null, dBias3 ?? null];
  },
};

/** dz, squeezed, weight 1×1, weight 3×3 → gradient of squeezed: the second convolution adds to what the first wrote. */
export const fireExpandInputGradOp: Op<object> = {
  name: "fireExpandInputGrad",
  infer: ([, x]) => [{ shape: x!.shape, dtype: x!.dtype }],
  lower({ inputs: [dz, x, weight1, weight3], outputs }) {
    const [one, three] = problems(x!, weight1!, weight3!);
    return [
      dispatch(conv2dInputGradKernel, { ...one, accumulate: false }, [dz!, weight1!], outputs),
      dispatch(conv2dInputGradKernel, { ...three, accumulate: true }, [dz!, weight3!], outputs),
    ];
  },
  vjp: "not differentiable",
};

/** dz, squeezed, weight 1×1, weight 3×3 → gradients of weight 1×1, its bias, weight 3×3, its bias. */
export const fireExpandWeightGradOp: Op<object> = {
  name: "fireExpandWeightGrad",
  infer: ([, , weight1, weight3]) =>
    [weight1!, weight3!].flatMap((weight) => [
      { shape: weight.shape, dtype: "f32" as const },
      { shape: weight.shape.slice(-1), dtype: "f32" as const },
    ]),
  lower({ inputs: [dz, x, weight1, weight3], outputs: [dWeight1, dBias1, dWeight3, dBias3], scratch }) {
    const [one, three] = problems(x!, weight1!, weight3!);
    return [
      ...weightGradDispatches(one, dz!, x!, dWeight1!, scratch),
      ...sumRowsDispatches(dz!, dBias1!, one.yOffset, scratch),
      ...weightGradDispatches(three, dz!, x!, dWeight3!, scratch),
      ...sumRowsDispatches(dz!, dBias3!, three.yOffset, scratch),
    ];
  },
  vjp: "not differentiable",
};

/** The 1×1 and the 3×3 convolution, each owning its channels of the concatenation. */
function problems(x: Aval, weight1: Aval, weight3: Aval): readonly [Conv2dProblem, Conv2dProblem] {
  const one = conv2dProblem(x, weight1.shape, attrs1x1);
  const three = conv2dProblem(x, weight3.shape, attrs3x3);
  const yChannels = one.outChannels + three.outChannels;
  return [
    { ...one, yChannels },
    { ...three, yChannels, yOffset: one.outChannels },
  ];
}
