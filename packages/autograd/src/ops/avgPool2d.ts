import { type Aval, sizeOf } from "@kindling/gpu";
import { type AvgPool2dProblem, avgPool2dKernel } from "@kindling/kernels";
import { record } from "../graph.ts";
import { type Dispatch, dispatch, type Op } from "../op.ts";
import type { Tensor } from "../tensor.ts";
import { type AvgPool2dAttrs, type AvgPool2dOptions, avgPool2dProblem } from "./avgPool2dAttrs.ts";
import { avgPool2dInputGrad } from "./avgPool2dInputGrad.ts";

/**
 * The mean of each window, as PyTorch's avg_pool2d: [n,h,w,c] → [n,ho,wo,c], ho = ⌊(h + 2·padding − kernel) / stride⌋ + 1, or ⌈…⌉ + 1 with
 * `ceilMode`, less a last window that would start in the padding. Pixels beyond the padding never count in what a sum is divided by.
 * @throws ShapeError when x is no batch of images, the window exceeds the padded image, or the padding exceeds half of it.
 */
export function avgPool2d(x: Tensor, options: AvgPool2dOptions): Tensor {
  const defaults = { windows: "sliding", stride: options.kernel, padding: 0, ceilMode: false, countIncludePad: true } as const;
  return record(avgPool2dOp, [x], { ...defaults, ...options })[0]!;
}

/**
 * The mean of each of `size` [h,w] parts of an image, as PyTorch's adaptive_avg_pool2d: [n,h,w,c] → [n,…size,c]. Row o covers the rows
 * ⌊o · h / ho⌋ … ⌈(o + 1) · h / ho⌉ − 1, columns alike; parts overlap where sizes do not divide.
 * @throws ShapeError when x is no batch of images or a size is not from 1 to 16,384.
 */
export function adaptiveAvgPool2d(x: Tensor, size: readonly [height: number, width: number]): Tensor {
  return record(avgPool2dOp, [x], { windows: "adaptive", size })[0]!;
}

/** The mean of each channel over its image: [n,h,w,c] → [n,1,1,c]. @throws ShapeError when x is no batch of images. */
export function globalAvgPool2d(x: Tensor): Tensor {
  return adaptiveAvgPool2d(x, [1, 1]);
}

/** The rule object of {@link avgPool2d}, {@link adaptiveAvgPool2d} and {@link globalAvgPool2d}. */
export const avgPool2dOp: Op<AvgPool2dAttrs> = {
  name: "avgPool2d",
  infer([x], attrs) {
    const { batch, outHeight, outWidth, channels } = avgPool2dProblem(x!, attrs);
    return [{ shape: [batch, outHeight, outWidth, channels], dtype: x!.dtype }];
  },
  lower({ inputs: [x], outputs: [y], attrs, scratch }) {
    const problem = avgPool2dProblem(x!, attrs);
    const isGlobal = attrs.windows === "adaptive" && sizeOf(attrs.size) === 1;
    return isGlobal && problem.height > 1 ? rowsFirst(problem, x!, y!, scratch) : [dispatch(avgPool2dKernel, problem, [x!], [y!])];
  },
  vjp: ({ inputs: [x], attrs }, [dy]) => [avgPool2dInputGrad(dy!, x!.shape, attrs)],
};

/** A global mean as the mean of the means of the rows, so that there are threads for every row. */
function rowsFirst(problem: AvgPool2dProblem, x: Aval, y: Aval, scratch: (aval: Aval) => Aval): Dispatch[] {
  const { batch, height, channels } = problem;
  const means = scratch({ shape: [batch, height, 1, channels], dtype: "f32" });
  return [
    dispatch(avgPool2dKernel, { ...problem, outHeight: height }, [x], [means]),
    dispatch(avgPool2dKernel, { ...problem, width: 1 }, [means], [y]),
  ];
}
