import { byteLengthOf } from "@kindling/gpu";
import type { Graph } from "./graph.ts";
import { costOf, layerOf } from "./layerOf.ts";
import { lower } from "./lower.ts";
import { planMemory } from "./planMemory.ts";
import type { Tensor } from "./tensor.ts";

/** What a layer of a graph computes, whatever the adapter. */
export interface LayerCost {
  /** Module path; "" for what no module recorded. */
  readonly layer: string;
  /** Names of its ops, each once, in order. */
  readonly ops: readonly string[];
  /** Floating point operations of its kernels. */
  readonly flops: number;
  /** Bytes of what its nodes put out. */
  readonly activationBytes: number;
}

/** A kernel call of a graph. */
export interface KernelCost {
  /** Module path of the layer that it computes, forward or backward; "" outside of modules. */
  readonly layer: string;
  readonly kernel: string;
  readonly flops: number;
  /** Bytes read and written, each value once. */
  readonly bytes: number;
}

/** What a program of a graph will take, found without an adapter. */
export interface GraphCosts {
  /** In the order of the dispatches. */
  readonly kernels: readonly KernelCost[];
  /** In the order in which they are first computed. */
  readonly layers: readonly LayerCost[];
  readonly dispatches: number;
  readonly flops: number;
  /** Bytes that a program of the graph owns, inputs and outputs among them, and what they would be if no two values shared memory. */
  readonly plannedBytes: number;
  readonly unplannedBytes: number;
  /** Bytes of the largest value that it owns: what an adapter must be able to bind. */
  readonly largestBytes: number;
}

/** Work and memory of the nodes that `outputs`, and assignments to variables, need. */
export function graphCosts(graph: Graph, outputs: Iterable<Tensor>): GraphCosts {
  const wanted = [...outputs];
  const nodes = lower(graph, wanted);
  const kernels: KernelCost[] = [];
  const layers = new Map<string, { ops: Set<string>; flops: number; activationBytes: number }>();
  const layerNamed = (path: string) => {
    const known = layers.get(path);
    if (known) return known;
    const made = { ops: new Set<string>(), flops: 0, activationBytes: 0 };
    layers.set(path, made);
    return made;
  };
  for (const { node, dispatches } of nodes) {
    for (const dispatch of dispatches) {
      const kernel = { layer: layerOf(node, dispatch), kernel: dispatch.kernel.name, ...costOf(dispatch) };
      kernels.push(kernel);
      const layer = layerNamed(kernel.layer);
      layer.ops.add(node.op.name);
      layer.flops += kernel.flops;
    }
    const layer = layerNamed(layerOf(node, { reads: [] }));
    layer.ops.add(node.op.name);
    layer.activationBytes += node.outputs.reduce((sum, output) => sum + byteLengthOf(output), 0);
  }
  const { plannedBytes, unplannedBytes, slotBytes } = planMemory(graph, nodes, { outputs: wanted, keepAll: false });
  return {
    kernels,
    layers: [...layers].map(([layer, { ops, ...costs }]) => ({ layer, ops: [...ops], ...costs })),
    dispatches: kernels.length,
    flops: [...layers.values()].reduce((sum, { flops }) => sum + flops, 0),
    plannedBytes,
    unplannedBytes,
    largestBytes: slotBytes.reduce((most, bytes) => Math.max(most, bytes), 0),
  };
}
