import type { Aval } from "@kindling/gpu";
import { conv2dInputGradKernel, conv2dInputGradMaskedKernel, type Kernel } from "@kindling/kernels";
import type { Graph } from "./graph.ts";
import type { LoweredNode } from "./lower.ts";
import type { Dispatch } from "./op.ts";
import { reluGradOp } from "./ops/activationGrad.ts";
import type { Tensor } from "./tensor.ts";

/**
 * Lets the kernel that writes the gradient of a ReLU's output mask it, instead of a pass of its own: the same bits. Where the gradient comes from a
 * convolution, is read by the mask alone and is no output, the convolution writes what the mask would have written. Only where `variantOf`, the id
 * of the variant that would compute a call, is the same for both kernels, so that no adapter changes a fast variant for a pass.
 */
export function fuseMasks(
  graph: Graph,
  nodes: readonly LoweredNode[],
  outputs: readonly Tensor[],
  variantOf: (call: Dispatch) => string,
): readonly LoweredNode[] {
  const kept = new Set<Aval>([...outputs, ...graph.assignments.map(({ value }) => value)]);
  const readers = countReaders(nodes);
  const writtenAt = new Map<Aval, number>(nodes.flatMap(({ node }, at) => node.outputs.map((output) => [output, at] as const)));
  const fused = [...nodes];
  const dropped = new Set<number>();
  for (const [at, { node }] of nodes.entries()) {
    if (node.op !== reluGradOp) continue;
    const [gradient, mask] = node.inputs as readonly [Tensor, Tensor]; // infer has seen two
    const [masked] = node.outputs as readonly [Tensor];
    const from = writtenAt.get(gradient);
    if (from === undefined || readers.get(gradient) !== 1 || kept.has(gradient) || kept.has(masked)) continue;
    if ((writtenAt.get(mask) ?? -1) >= from) continue;
    const dispatches = maskedDispatches(fused[from]!.dispatches, gradient, mask, masked, variantOf);
    if (!dispatches) continue;
    const { node: producer } = fused[from]!;
    fused[from] = { node: { ...producer, outputs: producer.outputs.map((output) => (output === gradient ? masked : output)) }, dispatches };
    dropped.add(at);
  }
  return fused.filter((_, at) => !dropped.has(at));
}

/** How many nodes read each value. */
function countReaders(nodes: readonly LoweredNode[]): ReadonlyMap<Aval, number> {
  const readers = new Map<Aval, number>();
  for (const { node } of nodes) for (const input of new Set(node.inputs)) readers.set(input, (readers.get(input) ?? 0) + 1);
  return readers;
}

/** The calls with `masked` in the place of `gradient`, the last one masking; null where it is no convolution's or would have another variant. */
function maskedDispatches(
  dispatches: readonly Dispatch[],
  gradient: Tensor,
  mask: Tensor,
  masked: Tensor,
  variantOf: (call: Dispatch) => string,
): readonly Dispatch[] | null {
  const last = dispatches.at(-1);
  // One object is one kernel: its problem type is erased in a dispatch.
  if (last?.kernel !== (conv2dInputGradKernel as unknown as Kernel) || last.writes[0] !== gradient) return null;
  const kernel = conv2dInputGradMaskedKernel as unknown as Kernel;
  const fused = { ...last, kernel, reads: [...last.reads, mask] };
  if (variantOf(fused) !== variantOf(last)) return null;
  return dispatches.map((each) => ({
    ...(each === last ? fused : each),
    writes: each.writes.map((value) => (value === gradient ? masked : value)),
  }));
}
