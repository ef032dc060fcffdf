import type { Aval } from "@kindling/gpu";
import type { Graph } from "./graph.ts";
import type { Dispatch, Node } from "./op.ts";
import type { Tensor } from "./tensor.ts";

/** The kernel calls of one node, in order. */
export interface LoweredNode {
  readonly node: Node;
  readonly dispatches: readonly Dispatch[];
}

/** The nodes that some output, assignment or overwritten variable needs, as kernel calls. */
export function lower(graph: Graph, outputs: Iterable<Tensor>): LoweredNode[] {
  return liveNodes(graph, outputs).map((node) => ({
    node,
    dispatches: node.op.lower({ inputs: node.inputs, outputs: node.outputs, attrs: node.attrs, scratch }),
  }));
}

function liveNodes(graph: Graph, outputs: Iterable<Tensor>): Node[] {
  const wanted = new Set<Tensor>(outputs);
  for (const { value } of graph.assignments) wanted.add(value);
  const live: Node[] = [];
  for (const node of [...graph.nodes].reverse()) {
    const overwrites = (node.op.mutates?.length ?? 0) > 0;
    if (!overwrites && !node.outputs.some((output) => wanted.has(output))) continue;
    for (const input of node.inputs) wanted.add(input);
    live.push(node);
  }
  return live.reverse();
}

/** A fresh object: scratch memory is told apart by identity. */
function scratch(aval: Aval): Aval {
  return { shape: aval.shape, dtype: aval.dtype };
}
