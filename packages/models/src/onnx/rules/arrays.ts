import {
  concatChannelsOp,
  linearOp,
  matmulOp,
  type Node,
  reshapeOp,
  sliceChannelsOp,
  softmaxOp,
  sumOp,
  transposeOp,
} from "@kindling/autograd";
import { type Shape, sizeOf } from "@kindling/gpu";
import { ModelError } from "../../modelError.ts";
import type { OnnxGraph } from "../onnxGraph.ts";
import { type OnnxRule, onnxRule } from "../onnxRule.ts";

/** Ops that move elements, and products and sums of them. */
export const arrayRules: readonly OnnxRule[] = [
  onnxRule(concatChannelsOp, ({ inputs }, onnx) =>
    onnx.add(
      "Concat",
      inputs.map((input) => onnx.of(input)),
      { axis: channelAxis(inputs[0]!.shape.length) },
    ),
  ),

  onnxRule(sliceChannelsOp, ({ inputs: [x], attrs: { offset, channels } }, onnx) => {
    const bounds = [[offset], [offset + channels], [channelAxis(x!.shape.length)]];
    return onnx.add("Slice", [onnx.of(x!), ...bounds.map((numbers) => onnx.integers(numbers))]);
  }),

  onnxRule(reshapeOp, (node, onnx) => {
    const { shape } = node.attrs;
    return onnx.fromRecorded(onnx.add("Reshape", [onnx.asRecorded(node.inputs[0]!), onnx.integers(batchKept(node, onnx))]), shape.length);
  }),

  onnxRule(transposeOp, ({ inputs: [x] }, onnx) => {
    const axes = x!.shape.length;
    return onnx.fromRecorded(exchanged(onnx, onnx.asRecorded(x!), axes), axes);
  }),

  onnxRule(softmaxOp, ({ inputs: [x], attrs: { axis, logarithm } }, onnx) => {
    const opType = logarithm ? "LogSoftmax" : "Softmax";
    const value = onnx.of(x!);
    if (axis === "last") return onnx.add(opType, [value], { axis: channelAxis(x!.shape.length) });
    const [, height, width] = x!.shape; // [n,k,h,w] there
    const rows = onnx.add("Reshape", [value, onnx.integers([0, 0, -1])]);
    return onnx.add("Reshape", [onnx.add(opType, [rows], { axis: 2 }), onnx.integers([0, 0, height!, width!])]);
  }),

  onnxRule(matmulOp, ({ inputs: [a, b], attrs: { transposeA, transposeB } }, onnx) => {
    const axes = a!.shape.length;
    const [left, right] = [onnx.asRecorded(a!), onnx.asRecorded(b!)];
    const product = onnx.add("MatMul", [
      transposeA ? exchanged(onnx, left, axes) : left,
      transposeB ? exchanged(onnx, right, axes) : right,
    ]);
    return onnx.fromRecorded(product, axes);
  }),

  onnxRule(linearOp, ({ inputs: [x, weight, bias] }, onnx) => {
    const axes = x!.shape.length;
    const biases = bias ? [onnx.of(bias)] : [];
    if (axes === 2) return onnx.add("Gemm", [onnx.of(x!), onnx.weight(weight!), ...biases], { transB: 1 });
    const product = onnx.add("MatMul", [onnx.asRecorded(x!), exchanged(onnx, onnx.weight(weight!), 2)]);
    return onnx.fromRecorded(bias ? onnx.add("Add", [product, ...biases]) : product, axes);
  }),

  onnxRule(sumOp, (node, onnx) => {
    const { kept, shape, scale } = node.attrs;
    const [x] = node.inputs;
    const axes = kept.flatMap((size, axis) => (size === 1 && x!.shape[axis] !== 1 ? [axis] : []));
    if (axes.includes(0) && onnx.isBatched(x!)) throw new ModelError(`${node.path}: ONNX export has no rule for a sum over the batch`);
    const isMean = scale === sizeOf(kept) / sizeOf(x!.shape);
    if (!isMean && scale !== 1) throw new ModelError(`${node.path}: ONNX export has no rule for a scaled sum`);
    const opType = isMean ? "ReduceMean" : "ReduceSum";
    // Over whole images the order of the axes does not matter, so that nothing is transposed.
    const isOverImages = kept.length === 4 && kept[1] === 1 && kept[2] === 1;
    const reduced = isOverImages ? axes.map((axis) => [0, 2, 3, 1][axis]!) : axes;
    const operand = isOverImages ? onnx.of(x!) : onnx.asRecorded(x!);
    const summed = onnx.add(opType, [operand, onnx.integers(reduced)], { keepdims: 1, noop_with_empty_axes: 1 });
    if (shape.length === kept.length) return isOverImages ? summed : onnx.fromRecorded(summed, shape.length);
    return onnx.fromRecorded(onnx.add("Reshape", [summed, onnx.integers(batchKept(node, onnx))]), shape.length);
  }),
];

function channelAxis(axes: number): number {
  return axes === 4 ? 1 : axes - 1;
}

/** The last two axes exchanged. */
function exchanged(onnx: OnnxGraph, value: string, axes: number): string {
  const perm = Array.from({ length: axes }, (_, axis) => axis);
  return onnx.add("Transpose", [value], { perm: [...perm.slice(0, -2), axes - 1, axes - 2] });
}

/** The shape that a Reshape is told: 0 leaves the batch as it is. */
function batchKept<A extends { readonly shape: Shape }>(
  { op, inputs: [x], attrs: { shape }, path }: Node<A>,
  onnx: OnnxGraph,
): readonly number[] {
  if (!onnx.isBatched(x!)) return shape;
  if (shape[0] !== x!.shape[0]) throw new ModelError(`${path}: ONNX export has no rule for ${op.name} across the images of a batch`);
  return [0, ...shape.slice(1)];
}
