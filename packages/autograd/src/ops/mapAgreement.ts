import { sizeOf } from "@kindling/gpu";
import { mapAgreementKernel } from "@kindling/kernels";
import { record } from "../graph.ts";
import { dispatch, type Op } from "../op.ts";
import type { Tensor } from "../tensor.ts";
import { inferSameShape } from "./inferSameShape.ts";

/** When two places in maps agree. */
export interface MapAgreementOptions {
  /** Cells of a row. */
  readonly width: number;
  /** Largest distance, in cells. */
  readonly radius: number;
}

/**
 * Where the peaks of two heatmaps agree: places a and b as {@link mapPeaks} gives them, mask, [n,k] each → [n,k], 1 where they are at most a radius
 * apart or where the mask is 0, since b then says nothing; else 0. No gradient.
 * @throws ShapeError when the three differ in shape, RangeError when the radius is negative.
 */
export function mapAgreement(a: Tensor, b: Tensor, mask: Tensor, options: MapAgreementOptions): Tensor {
  if (!(options.radius >= 0)) throw new RangeError(`mapAgreement: the radius must be at least 0, not ${options.radius}`);
  return record(mapAgreementOp, [a, b, mask], options)[0]!;
}

/** The rule object of {@link mapAgreement}. */
export const mapAgreementOp: Op<MapAgreementOptions> = {
  name: "mapAgreement",
  infer: (inputs) => inferSameShape("mapAgreement", inputs),
  lower: ({ inputs, outputs, attrs }) => [dispatch(mapAgreementKernel, { size: sizeOf(outputs[0]!.shape), ...attrs }, inputs, outputs)],
  vjp: "not differentiable",
};
