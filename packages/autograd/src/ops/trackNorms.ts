import { sizeOf } from "@kindling/gpu";
import { trackNormsKernel } from "@kindling/kernels";
import { record } from "../graph.ts";
import { dispatch, type Op } from "../op.ts";
import type { Tensor } from "../tensor.ts";
import { inferSameShape } from "./inferSameShape.ts";

/**
 * Appends norms += momentum · (measured / weights − norms), for {@link balancedWeights}: overwrites the variable norms, reads the norms of the weighted
 * terms and their weights, [m] each. A norm of 0 is none yet: the first replaces it. Norms that are 0 or not finite are passed over.
 * @throws ShapeError when the three differ in shape, Error when norms is no variable.
 */
export function trackNorms(norms: Tensor, measured: Tensor, weights: Tensor, { momentum }: { readonly momentum: number }): void {
  record(trackNormsOp, [norms, measured, weights], { momentum });
}

/** The rule object of {@link trackNorms}. */
export const trackNormsOp: Op<{ readonly momentum: number }> = {
  name: "trackNorms",
  mutates: [0],
  infer(inputs) {
    inferSameShape("trackNorms", inputs);
    return [];
  },
  lower: ({ inputs: [norms, measured, weights], attrs: { momentum } }) => [
    dispatch(trackNormsKernel, { size: sizeOf(norms!.shape), momentum }, [measured!, weights!], [norms!]),
  ],
  vjp: "not differentiable",
};
