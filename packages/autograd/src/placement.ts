import { type Aval, type BufferRange, byteLengthOf, type Device, LimitError, showAval } from "@kindling/gpu";
import type { Graph } from "./graph.ts";
import type { LoweredNode } from "./lower.ts";
import { type MemoryPlanOptions, planMemory } from "./planMemory.ts";
import type { ParameterStore } from "./store.ts";
import { Tensor } from "./tensor.ts";

/** Where every value of a program lives. */
export interface Placement {
  rangeOf(value: Aval): BufferRange;
  /** Buffers that the program owns. */
  readonly buffers: readonly GPUBuffer[];
  /** Bytes of those buffers, and what they would be without sharing. */
  readonly plannedBytes: number;
  readonly unplannedBytes: number;
}

/** What decides where values live besides their lifetimes. */
export interface PlacementOptions extends MemoryPlanOptions {
  readonly store: ParameterStore | null;
}

/**
 * Variables and values assigned to variables → slices of the store; everything else → buffers as {@link planMemory} shares them.
 * @throws LimitError when a value exceeds the adapter's largest binding.
 */
export function place(device: Device, graph: Graph, nodes: readonly LoweredNode[], options: PlacementOptions): Placement {
  const plan = planMemory(graph, nodes, options);
  const ranges = new Map<Aval, BufferRange>();
  for (const [value, variable] of plan.variables) {
    if (!options.store) throw new Error(`compile: the graph uses ${variable.name}, but there is no parameter store`);
    ranges.set(value, options.store.rangeOf(variable));
  }
  const limit = Math.min(device.capabilities.maxBindingBytes, device.capabilities.maxBufferBytes);
  for (const value of plan.slots.keys()) {
    if (byteLengthOf(value) <= limit) continue;
    const name = value instanceof Tensor && value.name ? ` (${value.name})` : "";
    throw new LimitError(
      `${showAval(value)}${name} takes ${byteLengthOf(value)} bytes, this adapter binds at most ${limit}: use a smaller batch or input`,
    );
  }
  const buffers = plan.slotBytes.map((bytes, slot) => device.createStorageBuffer(bytes, `shared ${slot}`));
  for (const [value, slot] of plan.slots) ranges.set(value, { buffer: buffers[slot]!, offset: 0, bytes: byteLengthOf(value) });
  return {
    rangeOf(value) {
      const range = ranges.get(value);
      if (!range) throw new Error(`compile: ${showAval(value)} has no memory: an op reads or writes a value that is not its own`);
      return range;
    },
    buffers,
    plannedBytes: plan.plannedBytes,
    unplannedBytes: plan.unplannedBytes,
  };
}
