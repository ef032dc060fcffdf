import { type Aval, type BufferPlan, byteLengthOf, type Lifetime, planBuffers } from "@kindling/gpu";
import type { Graph } from "./graph.ts";
import type { LoweredNode } from "./lower.ts";
import { Tensor } from "./tensor.ts";
import type { Variable } from "./variable.ts";

/** Which values share memory, before any is allocated. */
export interface MemoryPlan {
  /** Values that live in a store: variables, and what is assigned to variables. */
  readonly variables: ReadonlyMap<Aval, Variable>;
  /** The shared buffer of every other value. */
  readonly slots: ReadonlyMap<Aval, number>;
  readonly slotBytes: readonly number[];
  /** Bytes of the shared buffers, and what they would be without sharing. */
  readonly plannedBytes: number;
  readonly unplannedBytes: number;
}

/** What decides how long values live besides the nodes that use them. */
export interface MemoryPlanOptions {
  readonly outputs: readonly Tensor[];
  /** Gives each value memory of its own, so that all can be looked at afterwards. */
  readonly keepAll: boolean;
}

/** Inputs get buffers of their own; everything else shares buffers by lifetime, outputs until the next run. */
export function planMemory(graph: Graph, nodes: readonly LoweredNode[], { outputs, keepAll }: MemoryPlanOptions): MemoryPlan {
  const variables = new Map<Aval, Variable>(graph.assignments.map(({ variable, value }) => [value, variable]));
  const lifetimes = new Map<Aval, { first: number; last: number }>();
  const use = (value: Aval, at: number) => {
    if (variables.has(value)) return;
    if (value instanceof Tensor && value.source.kind === "variable") {
      variables.set(value, value.source.variable);
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
  for (const tensor of [...graph.inputs.values(), ...outputs]) {
    use(tensor, at);
    const lifetime = lifetimes.get(tensor);
    if (!lifetime) continue;
    lifetime.last = Number.POSITIVE_INFINITY;
    if (tensor.source.kind === "input") lifetime.first = Number.NEGATIVE_INFINITY;
  }
  const planned: Lifetime[] = [...lifetimes].map(([value, lifetime]) => ({ bytes: byteLengthOf(value), ...lifetime }));
  const plan: BufferPlan = keepAll
    ? { slots: planned.map((_, i) => i), slotBytes: planned.map(({ bytes }) => bytes) }
    : planBuffers(planned);
  return {
    variables,
    slots: new Map([...lifetimes.keys()].map((value, i) => [value, plan.slots[i]!])),
    slotBytes: plan.slotBytes,
    plannedBytes: sum(plan.slotBytes),
    unplannedBytes: sum(planned.map(({ bytes }) => bytes)),
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
