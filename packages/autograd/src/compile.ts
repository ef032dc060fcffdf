import { type Aval, type Command, Commands, createCommand, type Device, type DType, packUniforms, uniformBytes } from "@kindling/gpu";
import { bindingTypes, chooseVariant, type Kernel, type KernelCall, type Problem, sourceOf, type Variant } from "@kindling/kernels";
import { fuseMasks } from "./fuseMasks.ts";
import type { Graph } from "./graph.ts";
import { costOf, layerOf } from "./layerOf.ts";
import { type LoweredNode, lower } from "./lower.ts";
import type { Dispatch } from "./op.ts";
import { type Placement, place } from "./placement.ts";
import { type DispatchReport, Program } from "./program.ts";
import type { ParameterStore } from "./store.ts";
import type { Tensor } from "./tensor.ts";

/** What a graph is compiled for. */
export interface CompileOptions {
  /** Holds the variables that the graph uses; null for a graph without any. */
  readonly store: ParameterStore | null;
  readonly outputs: Readonly<Record<string, Tensor>>;
  /** Keeps every tensor so that runChecked can look for NaN after each node; for debugging. */
  readonly checked?: boolean;
  /** Picks the variant of a call, whose bindings are stored as `dtypes`; what was measured on the device, else the rule of thumb, when absent. */
  readonly choose?: (kernel: Kernel, problem: Problem, dtypes: readonly DType[]) => Variant;
}

/** Operations in one submission: about half a second, which drivers' watchdogs bear. */
const flopsPerSubmission = { software: 1e9, hardware: 2e12 };

/**
 * Compiles a recorded graph to a program that replays it: buffers planned, pipelines and bind groups made once.
 * @throws LimitError when a tensor exceeds the adapter's largest binding, ShaderError when a kernel does not compile.
 */
export async function compile(graph: Graph, device: Device, options: CompileOptions): Promise<Program> {
  const checked = options.checked ?? false;
  const variantOf = (call: Dispatch) =>
    (options.choose?.(call.kernel, call.problem, bindingTypes(call)) ?? chooseVariant(device, call).variant).id;
  const lowered = lower(graph, Object.values(options.outputs));
  const nodes = checked ? lowered : fuseMasks(graph, lowered, Object.values(options.outputs), variantOf);
  const placement = place(device, graph, nodes, { store: options.store, outputs: Object.values(options.outputs), keepAll: checked });
  const made = device.pipelines.size;
  const { perNode, uniforms } = await makeCommands(device, nodes, placement, options).catch((error: unknown) => {
    for (const buffer of placement.buffers) buffer.destroy();
    throw error;
  });
  const commands = perNode.flatMap(commandsOf);
  const dispatches = perNode.flatMap((bound) => bound.map(({ report }) => report));
  return new Program({
    device,
    placement,
    uniforms,
    dispatches,
    calls: nodes.flatMap((node) => node.dispatches.map(plainCall)),
    replay: new Commands(device, commands, device.info.software ? flopsPerSubmission.software : flopsPerSubmission.hardware),
    inputs: graph.inputs,
    outputs: new Map(Object.entries(options.outputs)),
    readyAfter: readyAfter(nodes),
    checkedNodes: checked
      ? nodes.map(({ node }, i) => ({ node, commands: new Commands(device, commandsOf(perNode[i]!), Number.POSITIVE_INFINITY) }))
      : null,
    report: {
      dispatches: commands.length,
      tuned: dispatches.filter(({ tuned }) => tuned).length,
      pipelines: device.pipelines.size - made,
      plannedBytes: placement.plannedBytes,
      unplannedBytes: placement.unplannedBytes,
      flops: commands.reduce((sum, { flops }) => sum + flops, 0),
    },
  });
}

/** How many dispatches it takes until a node's outputs are there. */
function readyAfter(nodes: readonly LoweredNode[]): ReadonlyMap<Tensor, number> {
  let count = 0;
  return new Map(
    nodes.flatMap(({ node, dispatches }) => {
      count += dispatches.length;
      return node.outputs.map((output) => [output, count] as const);
    }),
  );
}

/** A dispatch that is ready to run, and what it is. */
interface Bound {
  readonly command: Command;
  readonly report: DispatchReport;
}

/** A dispatch without its graph, which may go once it is compiled. */
function plainCall({ kernel, problem, reads, writes }: Dispatch): KernelCall {
  const plain = ({ shape, dtype }: Aval): Aval => ({ shape, dtype });
  return { kernel, problem, reads: reads.map(plain), writes: writes.map(plain) };
}

function commandsOf(bound: readonly Bound[]): Command[] {
  return bound.map(({ command }) => command);
}

/** One bound command a dispatch, and the buffer that holds all their uniform structs, written once. */
async function makeCommands(
  device: Device,
  nodes: readonly LoweredNode[],
  placement: Placement,
  { choose }: CompileOptions,
): Promise<{ readonly perNode: Bound[][]; readonly uniforms: GPUBuffer }> {
  const align = device.gpu.limits.minUniformBufferOffsetAlignment;
  const stride = (kernel: Kernel) => Math.ceil(uniformBytes(kernel.uniforms) / align) * align;
  const total = nodes.reduce((sum, { dispatches }) => sum + dispatches.reduce((bytes, { kernel }) => bytes + stride(kernel), 0), 0);
  const view = new DataView(new ArrayBuffer(Math.max(align, total)));
  const uniforms = device.createUniformBuffer(view.byteLength, "uniforms");
  try {
    const perNode = await bindAll(device, nodes, placement, choose, { view, uniforms, stride });
    device.throwIfFailed();
    device.gpu.queue.writeBuffer(uniforms, 0, view.buffer);
    return { perNode, uniforms };
  } catch (error) {
    uniforms.destroy();
    throw error;
  }
}

/** The bound commands of each node; their uniform structs go to `view`, `stride` bytes each. */
async function bindAll(
  device: Device,
  nodes: readonly LoweredNode[],
  placement: Placement,
  choose: CompileOptions["choose"],
  { view, uniforms, stride }: { readonly view: DataView; readonly uniforms: GPUBuffer; readonly stride: (kernel: Kernel) => number },
): Promise<Bound[][]> {
  let offset = 0;
  const perNode = nodes.map(({ node, dispatches }) =>
    dispatches.map(async (dispatch) => {
      const { kernel, problem, reads, writes } = dispatch;
      const dtypes = bindingTypes(dispatch);
      const { variant, tuned } = choose ? { variant: choose(kernel, problem, dtypes), tuned: false } : chooseVariant(device, dispatch);
      packUniforms(kernel.uniforms, kernel.uniformValues(problem), view, offset);
      const cost = costOf(dispatch);
      const command = createCommand(device, {
        label: `${kernel.name}/${variant.id}`,
        source: sourceOf(kernel, variant, problem, dtypes),
        reads: reads.map((value) => placement.rangeOf(value)),
        writes: writes.map((value) => placement.rangeOf(value)),
        uniforms: { buffer: uniforms, offset, bytes: uniformBytes(kernel.uniforms) },
        workgroups: variant.workgroups(problem),
        flops: cost.flops,
      });
      offset += stride(kernel);
      return {
        command: await command,
        report: { layer: layerOf(node, dispatch), kernel: kernel.name, variant: variant.id, tuned, ...cost },
      };
    }),
  );
  return Promise.all(perNode.map((commands) => Promise.all(commands)));
}
