import { compile, dispatch, Graph, type Op, type Program, record } from "@kindling/autograd";
import type { Aval, CommandTimer, Device } from "@kindling/gpu";
import { copyBandwidthKernel, fmaPeakKernel } from "@kindling/kernels";
import type { Contestant } from "./interleave.ts";
import { sampleMilliseconds } from "./sampleMilliseconds.ts";

/** The fastest that an adapter multiplies and adds, and that it copies; to be sampled again (milliseconds) beside what is held against it. */
export interface Ceilings extends Disposable {
  readonly peak: Contestant & { readonly gflop: number; readonly gflops: number };
  readonly bandwidth: Contestant & { readonly gigabytes: number; readonly gigabytesPerSecond: number };
}

/** Finds the fastest of several ways to do nothing but arithmetic, and nothing but copies. */
export async function measureCeilings(device: Device, timer: CommandTimer): Promise<Ceilings> {
  const programs: Program[] = [];
  const dispose = (): void => {
    for (const program of programs) program[Symbol.dispose]();
  };
  const measure = async (name: string, op: Op<object>, aval: Aval, variant: number): Promise<Measured> => {
    const graph = new Graph();
    const [y] = record(op, [graph.input("x", aval.shape, "f32")], {});
    const program = await compile(graph, device, {
      store: null,
      outputs: { y: y! },
      choose: (kernel) => kernel.variants[variant]!,
    });
    programs.push(program);
    const sample = await sampleMilliseconds(timer, program);
    const times = [await sample(), await sample(), await sample()];
    return { name, sample, milliseconds: Math.min(...times) };
  };
  try {
    // Threads enough for every lane of a large GPU; on a processor they would only make each sample longer.
    const threads = device.info.software ? 4096 : 2 ** 20;
    const arithmetic = [];
    for (const chains of [4, 8, 16]) {
      const problem = { size: threads, chains, rounds: device.info.software ? 256 : 64, factor: 0.5 };
      for (const [i, { id }] of fmaPeakKernel.variants.entries()) {
        const op: Op<object> = {
          name: "fmaPeak",
          infer: ([x]) => [{ shape: x!.shape, dtype: "f32" }],
          lower: ({ inputs, outputs }) => [dispatch(fmaPeakKernel, problem, inputs, outputs)],
          vjp: "not differentiable",
        };
        const measured = await measure(`${id}, ${chains} chains`, op, { shape: [threads], dtype: "f32" }, i);
        arithmetic.push({ ...measured, gflop: fmaPeakKernel.cost(problem).flops / 1e9 });
      }
    }
    // Larger than caches where memory allows.
    const size = Math.min(device.info.software ? 2 ** 24 : 2 ** 26, Math.floor(device.capabilities.maxBindingBytes / 16) * 4);
    const copies = [];
    for (const [i, { id }] of copyBandwidthKernel.variants.entries()) {
      const op: Op<object> = {
        name: "copyBandwidth",
        infer: ([x]) => [{ shape: x!.shape, dtype: "f32" }],
        lower: ({ inputs, outputs }) => [dispatch(copyBandwidthKernel, { size }, inputs, outputs)],
        vjp: "not differentiable",
      };
      copies.push(await measure(`${id} copy of ${Math.round((4 * size) / 2 ** 20)} MiB`, op, { shape: [size], dtype: "f32" }, i));
    }
    const rate = (one: { readonly gflop: number; readonly milliseconds: number }) => one.gflop / one.milliseconds;
    const peak = arithmetic.reduce((most, one) => (rate(one) > rate(most) ? one : most));
    const copy = copies.reduce((most, one) => (one.milliseconds < most.milliseconds ? one : most));
    const gigabytes = copyBandwidthKernel.cost({ size }).bytes / 1e9;
    return {
      peak: { ...peak, gflops: 1e3 * rate(peak) },
      bandwidth: { ...copy, gigabytes, gigabytesPerSecond: (1e3 * gigabytes) / copy.milliseconds },
      [Symbol.dispose]: dispose,
    };
  } catch (error) {
    dispose();
    throw error;
  }
}

interface Measured extends Contestant {
  readonly milliseconds: number;
}
