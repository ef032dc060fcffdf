import { type Aval, sizeOf } from "@kindling/gpu";
import { fillKernel, scaleByKernel, sumToScalarKernel } from "@kindling/kernels";
import { type Dispatch, dispatch } from "../op.ts";

/** Weight of each map in a loss: mask · scale, or with `normalize` mask · scale / Σ mask (0 when nothing is visible). */
export interface MapWeight {
  /** [n,k], or none where all maps count as 1. */
  readonly mask: Aval | undefined;
  readonly scale: number;
  readonly normalize: boolean;
}

/** weight [n,k] by {@link MapWeight}. */
export function mapWeightDispatches({ mask, scale, normalize }: MapWeight, weight: Aval, scratch: (aval: Aval) => Aval): Dispatch[] {
  const size = sizeOf(weight.shape);
  if (!mask) return [dispatch(fillKernel, { size, value: normalize ? scale / size : scale }, [], [weight])];
  const factor = scratch({ shape: [1], dtype: "f32" });
  return [mapFactorDispatch({ mask, scale, normalize }, factor), dispatch(scaleByKernel, { size, position: 0 }, [mask, factor], [weight])];
}

/** factor (one number): scale, or with `normalize` scale / Σ mask (0 when nothing is visible). */
export function mapFactorDispatch({ mask, scale, normalize }: MapWeight & { readonly mask: Aval }, factor: Aval): Dispatch {
  if (!normalize) return dispatch(fillKernel, { size: 1, value: scale }, [], [factor]);
  return dispatch(sumToScalarKernel, { size: sizeOf(mask.shape), scale, result: "reciprocal" }, [mask], [factor]);
}
