import {
  type Aval,
  type BufferPlan,
  type BufferRange,
  byteLengthOf,
  type Device,
  type Lifetime,
  LimitError,
  planBuffers,
  showAval,
} from "@kindling/gpu";
import type { Graph } from "./graph.ts";
import type { LoweredNode } from "./lower.ts";
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
export interface PlacementOptions {
  readonly store: ParameterStore | null;
  readonly outputs: readonly Tensor[];
  /** Gives each value memory of its own, so that all can be looked at afterwards. */
  readonly keepAll: boolean;
}

/**
 * Variables and values assigned to variables → slices of the store; inputs → buffers of their own; everything else → buffers shared by
 * lifetime, outputs until the next run.
 * @throws LimitError when a value exceeds the adapter's largest binding.
 */
export function place(device: Device, graph: Graph, nodes: readonly LoweredNode[], options: PlacementOptions): Placement {
  const ranges = new Map<Aval, BufferRange>();
  const inStore = (variable: Parameters<ParameterStore["rangeOf"]>[0]): BufferRange => {
    if (!options.store) throw new Error(`compile: the graph uses ${variable.name}, but there is no parameter store`);
    return options.store.rangeOf(variable);
  };
  for (const { variable, value } of graph.assignments) ranges.set(value, inStore(variable));

  const lifetimes = new Map<Aval, { first: number; last: number }>();
  const use = (value: Aval, at: number) => {
    if (ranges.has(value)) return;
    if (value instanceof Tensor && value.source.kind === "variable") {
      ranges.set(value, inStore(value.source.variable));
      return;
    }
    const known = lifetimes.get(value);
    if (known) known.last = at;
    else lifetimes.set(value, { first: at, last: at });
  };
  let at = 0;
  for (const { node, dispatches } of nodes) {
    for (const { reads, writes } of dispatches) {
      for (const value of [...reads, ...writes]) use(value, at);
      at++;
    }
    // Outputs that no dispatch mentions would have no memory to be read from.
    for (const output of node.outputs) use(output, Math.max(0, at - 1));
  }
  for (const tensor of [...graph.inputs.values(), ...options.outputs]) {
    use(tensor, at);
    const lifetime = lifetimes.get(tensor);
    if (!lifetime) continue;
    lifetime.last = Number.POSITIVE_INFINITY;
    if (tensor.source.kind === "input") lifetime.first = Number.NEGATIVE_INFINITY;
  }

  const limit = Math.min(device.capabilities.maxBindingBytes, device.capabilities.maxBufferBytes);
  const values = [...lifetimes.keys()];
  const planned: Lifetime[] = values.map((value) => {
    const bytes = byteLengthOf(value);
    if (bytes > limit) {
      throw new LimitError(
        `${showAval(value)}${value instanceof Tensor && value.name ? ` (${value.name})` : ""} takes ${bytes} bytes, this adapter binds at most ${limit}: use a smaller batch or input`,
      );
    }
    return { bytes, ...lifetimes.get(value)! };
  });
  const plan: BufferPlan = options.keepAll
    ? { slots: planned.map((_, i) => i), slotBytes: planned.map(({ bytes }) => bytes) }
    : planBuffers(planned);
  const buffers = plan.slotBytes.map((bytes, slot) => device.createStorageBuffer(bytes, `shared ${slot}`));
  for (const [i, value] of values.entries()) ranges.set(value, { buffer: buffers[plan.slots[i]!]!, offset: 0, bytes: planned[i]!.bytes });

  return {
    rangeOf(value) {
      const range = ranges.get(value);
      if (!range) throw new Error(`compile: ${showAval(value)} has no memory: an op reads or writes a value that is not its own`);
      return range;
    },
    buffers,
    plannedBytes: sum(plan.slotBytes),
    unplannedBytes: sum(planned.map(({ bytes }) => bytes)),
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
