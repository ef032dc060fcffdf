import {
  avgPool2dOp,
  batchNormEvaluationOp,
  type MaxPool2dAttrs,
  maxPool2dOp,
  resizeBilinearOp,
  resizeNearestOp,
  sumResizedOp,
  type Tensor,
} from "@kindling/autograd";
import { type Shape, sameShape, sizeOf } from "@kindling/gpu";
import { ModelError } from "../../modelError.ts";
import type { OnnxGraph } from "../onnxGraph.ts";
import { type OnnxRule, onnxRule } from "../onnxRule.ts";

/** Pooling, resizing and batch norm. */
export const imageRules: readonly OnnxRule[] = [
  onnxRule(maxPool2dOp, ({ inputs, attrs }, onnx) => maxPool(onnx, onnx.of(inputs[0]!), attrs)),

  onnxRule(avgPool2dOp, ({ inputs, attrs, path }, onnx) => {
    if (attrs.windows !== "adaptive" || sizeOf(attrs.size) !== 1) {
      throw new ModelError(`${path}: ONNX export has no rule for average pooling to more than one pixel`);
    }
    return onnx.add("GlobalAveragePool", [onnx.of(inputs[0]!)]);
  }),

  onnxRule(resizeBilinearOp, ({ inputs, attrs: { size, alignCorners } }, onnx) =>
    resizeLinear(onnx, onnx.of(inputs[0]!), size, alignCorners),
  ),

  onnxRule(resizeNearestOp, ({ inputs, attrs: { size } }, onnx) => resizeNearest(onnx, inputs[0]!, size)),

  onnxRule(sumResizedOp, ({ inputs, attrs: { size, activation } }, onnx) =>
    onnx.activate(
      inputs.map((term) => resizeNearest(onnx, term, size)).reduce((sum, term) => onnx.add("Add", [sum, term])),
      activation,
    ),
  ),

  onnxRule(batchNormEvaluationOp, ({ inputs, attrs: { epsilon, activation }, path }, onnx) => {
    const axes = inputs[0]!.shape.length;
    if (axes !== 4 && axes !== 2) throw new ModelError(`${path}: ONNX export has no rule for batch norm of ${axes} axes`);
    const normalised = onnx.add(
      "BatchNormalization",
      inputs.map((input) => onnx.of(input)),
      { epsilon: { float: epsilon } },
    );
    return onnx.activate(normalised, activation);
  }),
];

/** Max pooling of a value [n,c,h,w]. @throws ModelError where ONNX keeps a last window that starts in the padding, as PyTorch does not. */
export function maxPool(onnx: OnnxGraph, x: string, { kernel, stride, padding, ceilMode }: MaxPool2dAttrs): string {
  if (ceilMode && padding > 0) throw new ModelError("ONNX export has no rule for max pooling rounded up with padding");
  return onnx.add("MaxPool", [x], {
    kernel_shape: [kernel, kernel],
    strides: [stride, stride],
    pads: [padding, padding, padding, padding],
    ceil_mode: ceilMode ? 1 : 0,
  });
}

/** Bilinear interpolation of a value [n,c,h,w] to `size` [h,w]. */
export function resizeLinear(onnx: OnnxGraph, x: string, size: Shape, alignCorners: boolean): string {
  return onnx.add("Resize", [x, "", "", onnx.integers(size)], {
    axes: [2, 3],
    mode: "linear",
    coordinate_transformation_mode: alignCorners ? "align_corners" : "half_pixel",
  });
}

/** Nearest neighbour ⌊o · in / out⌋. Where that is no whole factor, Resize's f32 could fall below a whole number: pixels are then named. */
function resizeNearest(onnx: OnnxGraph, x: Tensor, size: Shape): string {
  const from = x.shape.slice(1, 3);
  const value = onnx.of(x);
  if (sameShape(from, size)) return value;
  if (size.every((length, axis) => length % from[axis]! === 0)) {
    return onnx.add("Resize", [value, "", "", onnx.integers(size)], {
      axes: [2, 3],
      mode: "nearest",
      coordinate_transformation_mode: "asymmetric",
      nearest_mode: "floor",
    });
  }
  return size.reduce((gathered, length, axis) => {
    const pixels = Array.from({ length }, (_, o) => Math.floor((o * from[axis]!) / length));
    return onnx.add("Gather", [gathered, onnx.integers(pixels)], { axis: 2 + axis });
  }, value);
}
