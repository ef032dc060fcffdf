import type { ParameterStore, Variable } from "@kindling/autograd";

/** Where a recipe that accumulates sums the gradients of a batch's parts: beside each segment's gradients, as large; made on first use, not saved. */
export function gradientSums(store: ParameterStore): readonly Variable[] {
  return store.segments.map(({ gradients }, i) => store.transient(`gradientSums.${i}`, gradients.shape));
}
