import { type Aval, sizeOf } from "@kindling/gpu";
import { fillKernel, mapWeightKernel, sumToScalarKernel } from "@kindling/kernels";
import { type Dispatch, dispatch } from "../op.ts";

/** Weight of each map in a loss: mask · scale, or with `normalize` mask · scale / Σ mask (0 when nothing is visible). */
export interface MapWeight {
  /** One number a map, [n,k], or none where all maps count as 1. */
  readonly mask: Aval | undefined;
  readonly scale: number;
  readonly normalize: boolean;
  /** Whether the mask counts by its square, since it multiplies what is squared; false when absent. */
  readonly squared?: boolean;
}

/** weight, of the mask's shape, by {@link MapWeight}. */
export function mapWeightDispatches(
  { mask, scale, normalize, squared = false }: MapWeight,
  weight: Aval,
  scratch: (aval: Aval) => Aval,
): Dispatch[] {
  const size = sizeOf(weight.shape);
  if (!mask) return [dispatch(fillKernel, { size, value: normalize ? scale / size : scale }, [], [weight])];
  const factor = scratch({ shape: [1], dtype: "f32" });
  return [mapFactorDispatch({ mask, scale, normalize }, factor), dispatch(mapWeightKernel, { size, squared }, [mask, factor], [weight])];
}

/** factor (one number): scale, or with `normalize` scale / Σ mask (0 when nothing is visible). */
export function mapFactorDispatch({ mask, scale, normalize }: MapWeight & { readonly mask: Aval }, factor: Aval): Dispatch {
  if (!normalize) return dispatch(fillKernel, { size: 1, value: scale }, [], [factor]);
  return dispatch(sumToScalarKernel, { size: sizeOf(mask.shape), scale, result: "reciprocal" }, [mask], [factor]);
}
