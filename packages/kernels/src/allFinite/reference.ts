/** 1 when no element of any tensor is NaN or infinite, else 0. */
export function allFiniteReference(tensors: readonly Float64Array[]): 0 | 1 {
  for (const tensor of tensors) for (const value of tensor) if (!Number.isFinite(value)) return 0;
  return 1;
}
