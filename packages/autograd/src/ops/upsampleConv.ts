import { type Aval, type Shape, ShapeError } from "@kindling/gpu";
import { type TapAxisProblem, tapSumBiasKernel, tapSumInputGradKernel, tapSumKernel } from "@kindling/kernels";
import { record } from "../graph.ts";
import { dispatch, type Op } from "../op.ts";
import type { Tensor } from "../tensor.ts";
import { conv2d } from "./conv2d.ts";
import { resizeProblem } from "./resizeProblem.ts";
import { sumOverPixels } from "./sumOverPixels.ts";
import { tapWeight } from "./tapWeight.ts";

/**
 * 3×3 convolution with padding 1 of x up-sampled bilinearly to `size` [h,w]: conv2d(resizeBilinear(x, size), weight, bias, { padding: 1 }) without
 * the large image. x [n,h,w,ci], weight [3,3,ci,co], bias [co] or none → [n,…size,co].
 * Mixing channels and interpolating commute: a 1×1 convolution computes each tap's share where x is small, then the nine shares, interpolated and
 * shifted, are added. Shares from outside the up-sampled image are the padding: zero.
 * @throws ShapeError when the weight is not 3×3, channels of x, weight and bias disagree, or a size is not from 1 to 16,384.
 */
export function upsampleConv(x: Tensor, weight: Tensor, bias: Tensor | null, size: Shape): Tensor {
  const { channels } = resizeProblem("upsampleConv", x, size);
  const [kernelHeight, kernelWidth, inChannels, outChannels] = weight.shape;
  if (weight.shape.length !== 4 || kernelHeight !== 3 || kernelWidth !== 3 || inChannels !== channels) {
    throw new ShapeError("upsampleConv", `the weight must be [3,3,${channels},co]`, x, weight);
  }
  if (bias && (bias.shape.length !== 1 || bias.shape[0] !== outChannels)) {
    throw new ShapeError("upsampleConv", `the bias must have one value for each of ${outChannels} channels`, bias);
  }
  const taps = conv2d(x, tapWeight(weight), null);
  return record(tapSumOp, bias ? [taps, bias] : [taps], { size, channels: outChannels! })[0]!;
}

interface TapSumAttrs {
  /** Height and width of the sum. */
  readonly size: Shape;
  /** Channels of the sum. */
  readonly channels: number;
}

/** taps [n,h,w,3·c] in the order of tapWeight, bias [channels] or none → [n,…size,channels]. */
export const tapSumOp: Op<TapSumAttrs> = {
  name: "tapSum",
  infer: ([taps], { size, channels }) => [{ shape: [taps!.shape[0]!, ...size, channels], dtype: taps!.dtype }],
  lower({ inputs: [taps, bias], outputs, attrs, scratch }) {
    const { columns, rows, between } = passes(taps!, attrs);
    const narrow = scratch({ shape: between, dtype: "f32" });
    return [
      dispatch(tapSumKernel, columns, [taps!], [narrow]),
      bias ? dispatch(tapSumBiasKernel, rows, [narrow, bias], outputs) : dispatch(tapSumKernel, rows, [narrow], outputs),
    ];
  },
  vjp: ({ inputs: [taps], attrs }, [dy], [needTaps, needBias]) => [
    needTaps ? record(tapSumInputGradOp, [dy!], { ...attrs, shape: taps!.shape })[0]! : null,
    needBias ? sumOverPixels(dy!) : null,
  ],
};

/** Gradient of tapSum's taps: dy [n,…size,channels] → taps of `shape`. */
export const tapSumInputGradOp: Op<TapSumAttrs & { readonly shape: Shape }> = {
  name: "tapSumInputGrad",
  infer: ([dy], { shape }) => [{ shape, dtype: dy!.dtype }],
  lower({ inputs, outputs, attrs, scratch }) {
    const { columns, rows, between } = passes(outputs[0]!, attrs);
    const narrow = scratch({ shape: between, dtype: "f32" });
    return [dispatch(tapSumInputGradKernel, rows, inputs, [narrow]), dispatch(tapSumInputGradKernel, columns, [narrow], outputs)];
  },
  vjp: "not differentiable",
};

/** The sum along the columns, where there are fewest rows, then along the rows, and the shape of what lies between. */
function passes(
  taps: Aval,
  { size, channels }: TapSumAttrs,
): { readonly columns: TapAxisProblem; readonly rows: TapAxisProblem; readonly between: Shape } {
  const [batch = 0, height = 0, width = 0, allTaps = 0] = taps.shape;
  const [outHeight = 0, outWidth = 0] = size;
  const threeTaps = allTaps / 3;
  return {
    columns: { outer: batch * height, size: width, outSize: outWidth, inner: 1, channels: threeTaps, pixelChannels: allTaps },
    rows: { outer: batch, size: height, outSize: outHeight, inner: outWidth, channels, pixelChannels: threeTaps },
    between: [batch, height, outWidth, threeTaps],
  };
}
