import { ShapeError, sizeOf } from "@kindling/gpu";
import { clipByNormKernel } from "@kindling/kernels";
import { record } from "../graph.ts";
import { dispatch, type Op } from "../op.ts";
import type { Tensor } from "../tensor.ts";

/** What a norm that is not finite does. */
export interface ClipByGlobalNormOptions {
  /** It leaves the gradients alone, for a step that is skipped then: default false. */
  readonly finiteOnly?: boolean;
}

/**
 * Appends g ·= min(1, maxNorm / (norm + 10⁻⁶)) for each of the gradients, which are variables and overwritten; `norm` [] is their
 * globalNorm. As torch.nn.utils.clip_grad_norm_: a norm that is NaN makes every gradient NaN, but for `finiteOnly`.
 * @throws RangeError when maxNorm is not positive, ShapeError when the norm is no scalar, Error when a gradient is no variable.
 */
export function clipByGlobalNorm(gradients: readonly Tensor[], norm: Tensor, maxNorm: number, options: ClipByGlobalNormOptions = {}): void {
  if (!(maxNorm > 0)) throw new RangeError(`clipByGlobalNorm: maxNorm must be positive, not ${maxNorm}`);
  for (const gradient of gradients) record(clipByGlobalNormOp, [gradient, norm], { maxNorm, ...options });
}

/** The rule object of {@link clipByGlobalNorm} for one gradient. */
export const clipByGlobalNormOp: Op<ClipByGlobalNormOptions & { readonly maxNorm: number }> = {
  name: "clipByGlobalNorm",
  mutates: [0],
  infer([, norm]) {
    if (norm!.shape.length !== 0) throw new ShapeError("clipByGlobalNorm", "the norm must be a scalar", norm!);
    return [];
  },
  lower: ({ inputs: [gradient, norm], attrs }) => [
    dispatch(clipByNormKernel, { size: sizeOf(gradient!.shape), ...attrs }, [norm!], [gradient!]),
  ],
  vjp: "not differentiable",
};
