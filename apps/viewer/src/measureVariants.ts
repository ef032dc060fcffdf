import { compile, lower, ParameterStore } from "@kindling/autograd";
import type { Device } from "@kindling/gpu";
import { bindingTypes, sourceOf, type Variant } from "@kindling/kernels";
import type { EdgeGraph } from "./edgeGraph.ts";
import { type RunTime, timePerRun } from "./timePerRun.ts";

/** One way to compute the convolution, compiled, run and timed. */
export interface VariantMeasurement {
  readonly id: string;
  /** The whole shader, as compiled. */
  readonly source: string;
  readonly y: Float32Array<ArrayBufferLike>;
  readonly compileMilliseconds: number;
  readonly time: RunTime;
  readonly flops: number;
}

/**
 * Runs the graph's one kernel in every variant that the device supports, slow to fast as the kernel lists them; `x` is the picture.
 * @throws ShaderError, LimitError, GpuValidationError or DeviceLostError as the stack below does.
 */
export async function* measureVariants(
  device: Device,
  { graph, weight, y }: EdgeGraph,
  x: Float32Array<ArrayBuffer>,
): AsyncGenerator<VariantMeasurement> {
  const call = lower(graph, [y])[0]!.dispatches[0]!; // recordEdges records one convolution
  const { kernel, problem } = call;
  const dtypes = bindingTypes(call);
  using store = new ParameterStore(device, { variables: [weight], trainable: () => false });
  store.initialise([weight], Math.random); // edge filters draw nothing
  for (const variant of kernel.variants.filter((candidate) => candidate.supports(problem, device.capabilities, dtypes))) {
    const start = performance.now();
    using program = await compile(graph, device, { store, outputs: { y }, choose: (): Variant => variant });
    const compileMilliseconds = performance.now() - start;
    program.write("x", x);
    program.run();
    const values = await program.read("y");
    const time = await timePerRun(device, program);
    yield {
      id: variant.id,
      source: sourceOf(kernel, variant, problem, dtypes),
      y: values,
      compileMilliseconds,
      time,
      flops: program.report.flops,
    };
  }
}
