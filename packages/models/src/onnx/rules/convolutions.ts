import {
  type Conv2dAttrs,
  conv2dOp,
  convReluMaxPool2dOp,
  convTranspose2dOp,
  fireExpandOp,
  type Node,
  type Tensor,
  tapSumOp,
} from "@kindling/autograd";
import type { OnnxGraph } from "../onnxGraph.ts";
import type { OnnxAttributes } from "../onnxModel.ts";
import { type OnnxRule, onnxRule } from "../onnxRule.ts";
import { maxPool, resizeLinear } from "./images.ts";

/** Convolutions and what is fused with them, each written as what it is defined to compute. */
export const convolutionRules: readonly OnnxRule[] = [
  onnxRule(conv2dOp, ({ inputs, attrs }, onnx) => convolution(onnx, onnx.of(inputs[0]!), inputs.slice(1), attrs)),

  onnxRule(convReluMaxPool2dOp, ({ inputs, attrs: { convolution: attrs, pooling } }, onnx) =>
    maxPool(onnx, convolution(onnx, onnx.of(inputs[0]!), inputs.slice(1), attrs), pooling),
  ),

  onnxRule(fireExpandOp, ({ inputs: [squeezed, weight1, bias1, weight3, bias3] }, onnx) => {
    const x = onnx.of(squeezed!);
    const one = convolution(onnx, x, [weight1!, bias1!], { ...plain, activation: "relu" });
    const three = convolution(onnx, x, [weight3!, bias3!], { ...plain, padding: 1, activation: "relu" });
    return onnx.add("Concat", [one, three], { axis: 1 });
  }),

  onnxRule(convTranspose2dOp, ({ inputs: [x, weight, bias], attrs }, onnx) =>
    onnx.add("ConvTranspose", [onnx.of(x!), onnx.weight(weight!), ...(bias ? [onnx.of(bias)] : [])], {
      ...windowOf(weight!, attrs),
      output_padding: [attrs.outputPadding, attrs.outputPadding],
    }),
  ),

  onnxRule(
    tapSumOp,
    (node, onnx) => {
      const [x, ...weights] = upsampled(node);
      return convolution(onnx, resizeLinear(onnx, onnx.of(x!), node.attrs.size, false), weights, { ...plain, padding: 1 });
    },
    upsampled,
  ),
];

const plain: Conv2dAttrs = { stride: 1, padding: 0, dilation: 1, groups: 1, activation: "none" };

/** `weights`: weight and, where there is one, bias. */
function convolution(onnx: OnnxGraph, x: string, [weight, bias]: readonly Tensor[], attrs: Conv2dAttrs): string {
  const y = onnx.add("Conv", [x, onnx.weight(weight!), ...(bias ? [onnx.of(bias)] : [])], windowOf(weight!, attrs));
  return onnx.activate(y, attrs.activation);
}

/** Attributes of a Conv or ConvTranspose with a weight [kh,kw,…]. */
function windowOf(weight: Tensor, { stride, padding, dilation, groups }: Omit<Conv2dAttrs, "activation">): OnnxAttributes {
  return {
    kernel_shape: weight.shape.slice(0, 2),
    strides: [stride, stride],
    pads: [padding, padding, padding, padding],
    dilations: [dilation, dilation],
    group: groups,
  };
}

/** Of upsampleConv, recorded as tapSum(conv2d(x, tapWeight(weight)), bias): x, weight and, where there is one, bias. */
function upsampled({ inputs: [taps, bias] }: Pick<Node, "inputs">): readonly Tensor[] {
  const { source } = taps!;
  const [x, tapWeight] = source.kind === "node" ? source.node.inputs : [];
  if (!x || tapWeight?.source.kind !== "node") throw new Error("onnx: tapSum reads what upsampleConv does not record");
  return [x, tapWeight.source.node.inputs[0]!, ...(bias ? [bias] : [])];
}
