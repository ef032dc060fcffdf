import { DTypeError, type Shape, ShapeError, sameShape } from "@kindling/gpu";
import { resizeLargestSize, type SumResizedProblem, sumResizedKernels } from "@kindling/kernels";
import { record } from "../graph.ts";
import { dispatch, type Op } from "../op.ts";
import type { Tensor } from "../tensor.ts";
import { activationGrad } from "./activationGrad.ts";
import { resizeNearestInputGrad } from "./resizeNearestInputGrad.ts";

/** What follows the sum. */
export interface SumResizedOptions {
  /** Default "none". */
  readonly activation?: "none" | "relu";
}

interface SumResizedAttrs {
  readonly size: Shape;
  readonly activation: "none" | "relu";
}

/**
 * Sum of 2 to 4 batches of images, each resized to `size` [h,w] by nearest neighbour (as resizeNearest), in one pass: [n,hᵢ,wᵢ,c] → [n,…size,c].
 * The fuse layer of HRNet (Sun et al. 2019, §3).
 * @throws ShapeError for other numbers of terms, terms of different batch or channels, or a size that is not from 1 to 16,384; DTypeError when
 * the terms are not stored alike.
 */
export function sumResized(terms: readonly [Tensor, ...Tensor[]], size: Shape, { activation = "none" }: SumResizedOptions = {}): Tensor {
  return record(sumResizedOp, terms, { size, activation })[0]!;
}

/** The rule object of {@link sumResized}. */
export const sumResizedOp: Op<SumResizedAttrs> = {
  name: "sumResized",
  infer(terms, { size }) {
    const [first] = terms;
    const [batch = 0, , , channels = 0] = first!.shape;
    if (kernelOf(terms.length) === undefined) throw new ShapeError("sumResized", "there must be 2 to 4 terms", ...terms);
    if (terms.some(({ shape }) => shape.length !== 4 || shape[0] !== batch || shape[3] !== channels)) {
      throw new ShapeError("sumResized", "terms must be images [n,h,w,c] of one batch and number of channels", ...terms);
    }
    const lengths = [...terms.flatMap(({ shape }) => shape.slice(1, 3)), ...size];
    if (size.length !== 2 || lengths.some((length) => !Number.isInteger(length) || length < 1 || length > resizeLargestSize)) {
      throw new ShapeError(
        "sumResized",
        `heights and widths, of the terms and of the size [${size}], must be whole numbers from 1 to ${resizeLargestSize}`,
        ...terms,
      );
    }
    if (terms.some(({ dtype }) => dtype !== first!.dtype)) throw new DTypeError("sumResized", "terms must be stored alike", ...terms);
    return [{ shape: [batch, ...size, channels], dtype: first!.dtype }];
  },
  lower({ inputs, outputs, attrs }) {
    const sizeOf = (term: number) => inputs[term]?.shape.slice(1, 3) ?? [0, 0];
    const [batch = 0, height = 0, width = 0, channels = 0] = outputs[0]!.shape;
    const [[height0 = 0, width0 = 0], [height1 = 0, width1 = 0]] = [sizeOf(0), sizeOf(1)];
    const [[height2 = 0, width2 = 0], [height3 = 0, width3 = 0]] = [sizeOf(2), sizeOf(3)];
    const sizes = { height0, width0, height1, width1, height2, width2, height3, width3 };
    const problem: SumResizedProblem = { batch, height, width, channels, ...sizes, activation: attrs.activation };
    return [dispatch(kernelOf(inputs.length)!, problem, inputs, outputs)]; // infer has refused other numbers
  },
  vjp({ inputs, outputs: [y], attrs }, [dy], needed) {
    const dz = activationGrad(dy!, y!, attrs.activation);
    return inputs.map(({ shape }, i) => {
      if (!needed[i]) return null;
      return sameShape(shape, y!.shape) ? dz : resizeNearestInputGrad(dz, shape);
    });
  },
};

function kernelOf(terms: number): (typeof sumResizedKernels)[2] | undefined {
  return terms === 2 || terms === 3 || terms === 4 ? sumResizedKernels[terms] : undefined;
}
