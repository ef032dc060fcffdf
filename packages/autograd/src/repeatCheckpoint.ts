import type { Graph } from "./graph.ts";
import type { Checkpoint, Node } from "./op.ts";
import type { Tensor } from "./tensor.ts";
import type { Variable } from "./variable.ts";

/**
 * Appends the nodes of a checkpoint once more: its inner tensors → those that hold the same values again. Its outputs, and what ops with effects
 * put out, stay as they are; nodes whose values no gradient reads are dropped by the compiler.
 * @throws Error when a node reads a variable that has been overwritten since.
 */
export function repeatCheckpoint(graph: Graph, { nodes, outputs }: Checkpoint): ReadonlyMap<Tensor, Tensor> {
  const written = lastWrites(graph);
  const assigned = new Set(graph.assignments.map(({ value }) => value));
  const isKept = (node: Node) =>
    (node.op.mutates?.length ?? 0) > 0 ||
    node.outputs.some((output) => assigned.has(output)) ||
    node.outputs.every((output) => outputs.has(output));
  const again = new Map<Tensor, Tensor>();
  for (const node of nodes) {
    if (isKept(node)) continue;
    checkReads(graph, node, written);
    const inputs = node.inputs.map((input) => again.get(input) ?? input);
    const values = graph.within(node.path, () => node.op.repeat?.(node, inputs) ?? graph.record(node.op, inputs, node.attrs));
    for (const [i, output] of node.outputs.entries()) if (!outputs.has(output)) again.set(output, values[i]!);
  }
  return again;
}

/** Variables that nodes overwrite, or that are assigned, and the last node that does. */
function lastWrites(graph: Graph): ReadonlyMap<Variable, Node> {
  const written = new Map<Variable, Node>();
  for (const { variable, value } of graph.assignments) if (value.source.kind === "node") written.set(variable, value.source.node);
  for (const node of graph.nodes) {
    for (const index of node.op.mutates ?? []) {
      const { source } = node.inputs[index]!; // record() has seen that it is a variable
      if (source.kind === "variable") written.set(source.variable, node);
    }
  }
  return written;
}

function checkReads(graph: Graph, node: Node, written: ReadonlyMap<Variable, Node>): void {
  for (const { source } of node.inputs) {
    const write = source.kind === "variable" ? written.get(source.variable) : undefined;
    if (source.kind !== "variable" || !write || graph.nodes.indexOf(write) < graph.nodes.indexOf(node)) continue;
    throw new Error(
      `checkpoint: ${node.op.name} reads ${source.variable.name}, which ${write.op.name} overwrites after it: it cannot be repeated`,
    );
  }
}
