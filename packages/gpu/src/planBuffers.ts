/** When a tensor is alive: from the dispatch that writes it first to the one that uses it last, both included. */
export interface Lifetime {
  readonly bytes: number;
  readonly first: number;
  readonly last: number;
}

/** Which buffer each tensor gets, and how large the buffers are. */
export interface BufferPlan {
  /** Slot of tensor i. */
  readonly slots: readonly number[];
  readonly slotBytes: readonly number[];
}

/**
 * Shares whole buffers between tensors whose lifetimes are disjoint, best fit.
 *
 * Whole buffers, because WebGPU refuses a read-only and a read_write range of one buffer in one dispatch, however disjoint; tensors of
 * one dispatch are alive together and so never share.
 * Tensors are placed in order of size, largest first, each in the smallest slot that is free over its whole lifetime.
 */
export function planBuffers(lifetimes: readonly Lifetime[]): BufferPlan {
  const slots = new Array<number>(lifetimes.length).fill(-1);
  const taken: { bytes: number; readonly tenants: Lifetime[] }[] = [];
  const bySize = lifetimes.map((_, i) => i).sort((a, b) => lifetimes[b]!.bytes - lifetimes[a]!.bytes || a - b);
  for (const i of bySize) {
    const lifetime = lifetimes[i]!;
    let best = -1;
    for (const [slot, { bytes, tenants }] of taken.entries()) {
      if (best >= 0 && bytes >= taken[best]!.bytes) continue;
      if (tenants.every((tenant) => tenant.last < lifetime.first || lifetime.last < tenant.first)) best = slot;
    }
    if (best < 0) best = taken.push({ bytes: lifetime.bytes, tenants: [] }) - 1;
    taken[best]!.tenants.push(lifetime);
    slots[i] = best;
  }
  return { slots, slotBytes: taken.map(({ bytes }) => bytes) };
}
