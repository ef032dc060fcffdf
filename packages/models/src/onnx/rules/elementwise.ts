import {
  addOp,
  addReluOp,
  eluOp,
  fillOp,
  hardsigmoidOp,
  hardswishOp,
  mulOp,
  type Node,
  relu6Op,
  reluOp,
  scaleNormOp,
  sigmoidOp,
  siluOp,
  type Tensor,
} from "@kindling/autograd";
import type { OnnxGraph } from "../onnxGraph.ts";
import { type OnnxRule, onnxRule } from "../onnxRule.ts";

/** Ops on elements, and on rows of them. */
export const elementwiseRules: readonly OnnxRule[] = [
  onnxRule(addOp, (node, onnx) => onnx.add("Add", broadcast(node, onnx))),
  onnxRule(mulOp, (node, onnx) => onnx.add("Mul", broadcast(node, onnx))),
  onnxRule(addReluOp, (node, onnx) => onnx.add("Relu", [onnx.add("Add", broadcast(node, onnx))])),
  onnxRule(reluOp, ({ inputs }, onnx) => onnx.add("Relu", [onnx.of(inputs[0]!)])),
  onnxRule(relu6Op, ({ inputs }, onnx) => onnx.add("Clip", [onnx.of(inputs[0]!), onnx.filled([], 0), onnx.filled([], 6)])),
  onnxRule(eluOp, ({ inputs, attrs }, onnx) => onnx.add("Elu", [onnx.of(inputs[0]!)], { alpha: { float: attrs.alpha! } })),
  onnxRule(sigmoidOp, ({ inputs }, onnx) => onnx.add("Sigmoid", [onnx.of(inputs[0]!)])),
  onnxRule(hardswishOp, ({ inputs }, onnx) => onnx.add("HardSwish", [onnx.of(inputs[0]!)])),
  onnxRule(hardsigmoidOp, ({ inputs }, onnx) =>
    onnx.add("HardSigmoid", [onnx.of(inputs[0]!)], { alpha: { float: 1 / 6 }, beta: { float: 0.5 } }),
  ),
  onnxRule(siluOp, ({ inputs }, onnx) => {
    const x = onnx.of(inputs[0]!);
    return onnx.add("Mul", [x, onnx.add("Sigmoid", [x])]);
  }),
  onnxRule(fillOp, ({ attrs: { shape, value } }, onnx) => {
    const [n, h, w, c] = shape;
    return onnx.filled(shape.length === 4 ? [n!, c!, h!, w!] : shape, value);
  }),
  // As mmpose's exports: the norm of a row, by √c, not below epsilon.
  onnxRule(scaleNormOp, ({ inputs: [x, g], attrs: { epsilon } }, onnx) => {
    const rows = onnx.of(x!);
    const axis = x!.shape.length === 4 ? 1 : x!.shape.length - 1;
    const norm = onnx.add("ReduceL2", [rows, onnx.integers([axis])], { keepdims: 1 });
    const scaled = onnx.add("Mul", [norm, onnx.filled([], 1 / Math.sqrt(x!.shape.at(-1)!))]);
    return onnx.add("Mul", [onnx.add("Div", [rows, onnx.add("Max", [scaled, onnx.filled([], epsilon)])]), onnx.of(g!)]);
  }),
];

/** Two operands that broadcast in ONNX as they do in ours: fewer axes than an image's are the last of [n,h,w,c]. */
function broadcast({ inputs: [a, b] }: Node<object>, onnx: OnnxGraph): readonly [string, string] {
  return [onnx.of(a!), alignedTo(a!, b!, onnx)];
}

function alignedTo(a: Tensor, b: Tensor, onnx: OnnxGraph): string {
  if (a.shape.length !== 4 || b.shape.length === 4) return onnx.of(b);
  const ones = Array.from({ length: 4 - b.shape.length }, () => 1);
  return onnx.fromRecorded(onnx.add("Reshape", [onnx.of(b), onnx.integers([...ones, ...b.shape])]), 4);
}
