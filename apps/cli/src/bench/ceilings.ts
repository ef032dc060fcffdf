import { compile, dispatch, Graph, type Op, type Program, record } from "@kindling/autograd";
import type { CommandTimer, Device } from "@kindling/gpu";
import { copyBandwidthKernel, type FmaPeakProblem, fmaPeakKernel, type Kernel, type Problem, type Variant } from "@kindling/kernels";
import type { Contestant } from "./interleave.ts";
import { sampleMilliseconds } from "./sampleMilliseconds.ts";

/** The fastest way found to do nothing but one thing; to be sampled again (milliseconds) beside what is held against it. */
export interface Ceiling extends Contestant {
  /** Billions of operations, or of bytes read and written, that a sample does. */
  readonly work: number;
  /** Billions a second. */
  readonly rate: number;
}

/** What an adapter reaches at most. Disposing frees the programs that measure it. */
export interface Ceilings extends Disposable {
  /** Multiply–adds in f32, each two operations. */
  readonly peak: Ceiling;
  /** The same in f16; null where the adapter has none. */
  readonly halfPeak: Ceiling | null;
  /** Copies of f32, in bytes read and written. */
  readonly bandwidth: Ceiling;
}

/** Ways to keep an adapter's arithmetic busy; which is the best depends on registers, vector units, compiler and instruction cache. */
const arithmeticForms: readonly Pick<FmaPeakProblem, "vector" | "chains" | "unroll" | "workgroupSize">[] = [
  { vector: false, chains: 8, unroll: 8, workgroupSize: 64 },
  { vector: false, chains: 10, unroll: 16, workgroupSize: 32 },
  { vector: false, chains: 12, unroll: 8, workgroupSize: 128 },
  { vector: false, chains: 16, unroll: 8, workgroupSize: 256 },
  { vector: false, chains: 16, unroll: 16, workgroupSize: 64 },
  { vector: true, chains: 2, unroll: 32, workgroupSize: 128 },
  { vector: true, chains: 3, unroll: 12, workgroupSize: 64 },
  { vector: true, chains: 4, unroll: 8, workgroupSize: 8 },
  { vector: true, chains: 4, unroll: 8, workgroupSize: 256 },
  { vector: true, chains: 4, unroll: 32, workgroupSize: 64 },
  { vector: true, chains: 8, unroll: 4, workgroupSize: 64 },
];
/** Of those that were fastest at first, so many are measured again. */
const finalists = 3;

/** Finds the fastest of several ways to do nothing but arithmetic, and nothing but copies. @throws the signal's reason when it is aborted. */
export async function measureCeilings(device: Device, timer: CommandTimer, signal?: AbortSignal): Promise<Ceilings> {
  const { capabilities, info } = device;
  const programs: Program[] = [];
  const sampler = async <P extends Problem>(
    kernel: Kernel<P>,
    variant: Variant<P>,
    problem: P & { readonly size: number },
    dtype: "f32" | "f16",
  ): Promise<Contestant["sample"]> => {
    signal?.throwIfAborted();
    const graph = new Graph();
    const op: Op<object> = {
      name: kernel.name,
      infer: ([x]) => [{ shape: x!.shape, dtype: x!.dtype }],
      lower: ({ inputs, outputs }) => [dispatch(kernel, problem, inputs, outputs)],
      vjp: "not differentiable",
    };
    const [y] = record(op, [graph.input("x", [problem.size], dtype)], {});
    const choose = (): Variant => variant as Variant; // the program's one dispatch is of its kernel
    const program = await compile(graph, device, { store: null, outputs: { y: y! }, choose });
    programs.push(program);
    // Ones, so that no sum decays to the small numbers that processors are slow at.
    program.write("x", dtype === "f16" ? new Uint16Array(problem.size).fill(0x3c00) : new Float32Array(problem.size).fill(1));
    return sampleMilliseconds(timer, program);
  };
  const arithmetic = async (dtype: "f32" | "f16"): Promise<Ceiling> => {
    // Threads enough for every lane of a large GPU; on a processor they would only make each sample longer.
    const [size, flops] = info.software ? [8192, 5e8] : [2 ** 21, 1e11];
    const make = async (form: (typeof arithmeticForms)[number], variant: (typeof fmaPeakKernel.variants)[number]): Promise<Measured> => {
      const problem = { ...form, size, rounds: Math.ceil(flops / (2 * size * form.chains * form.unroll)), factor: 0.5 };
      return first({
        name: `${dtype} ${variant.id}, ${form.chains} chains of ${form.vector ? "vectors" : "scalars"}, ${form.unroll} a round, workgroups of ${form.workgroupSize}`,
        sample: await sampler(fmaPeakKernel, variant, problem, dtype),
        work: fmaPeakKernel.cost(problem).flops / 1e9,
      });
    };
    const [others, last] = [fmaPeakKernel.variants.slice(0, -1), fmaPeakKernel.variants.at(-1)!];
    const tried: (Measured & { readonly form: (typeof arithmeticForms)[number] })[] = [];
    for (const form of arithmeticForms) tried.push({ form, ...(await make(form, last)) });
    const best: Measured[] = fastest(tried);
    // How it is written matters less than the form, and compiling takes a software adapter longer than running.
    for (const { form } of fastest(tried)) for (const variant of others) best.push(await make(form, variant));
    return repeat(best);
  };
  const copies = async (): Promise<Ceiling> => {
    // Larger than caches where memory allows.
    const size = Math.min(info.software ? 2 ** 24 : 2 ** 26, Math.floor(capabilities.maxBindingBytes / 16) * 4);
    const tried = [];
    for (const variant of copyBandwidthKernel.variants) {
      const sample = await sampler(copyBandwidthKernel, variant, { size }, "f32");
      const work = copyBandwidthKernel.cost({ size }).bytes / 1e9;
      tried.push(await first({ name: `${variant.id} copy of ${Math.round((4 * size) / 2 ** 20)} MiB`, sample, work }));
    }
    return repeat(tried);
  };
  const dispose = (): void => {
    for (const program of programs) program[Symbol.dispose]();
  };
  try {
    const peak = await arithmetic("f32");
    const halfPeak = capabilities.f16 ? await arithmetic("f16") : null;
    return { peak, halfPeak, bandwidth: await copies(), [Symbol.dispose]: dispose };
  } catch (error) {
    dispose();
    throw error;
  }
}

/** The most arithmetic for values stored so: f16 may be computed with in either type, f32 is not rounded to f16. */
export function peakOf({ peak, halfPeak }: Ceilings, dtype: "f32" | "f16"): Ceiling {
  return dtype === "f16" && halfPeak && halfPeak.rate > peak.rate ? halfPeak : peak;
}

/** "123.4 GFLOP/s (f32 fma, …), 9.0 GB/s (…)" */
export function ceilingsText({ peak, halfPeak, bandwidth }: Ceilings): string {
  const flops = [peak, ...(halfPeak ? [halfPeak] : [])].map(({ rate, name }) => `${rate.toFixed(1)} GFLOP/s (${name})`);
  return [...flops, `${bandwidth.rate.toFixed(1)} GB/s (${bandwidth.name})`].join(", ");
}

/** A ceiling as far as it is known. */
type Measured = Omit<Ceiling, "rate"> & { rate: number };

async function first(ceiling: Omit<Ceiling, "rate">): Promise<Measured> {
  return { ...ceiling, rate: (1e3 * ceiling.work) / (await ceiling.sample()) };
}

function fastest<T extends Measured>(measured: readonly T[]): T[] {
  return [...measured].sort((a, b) => b.rate - a.rate).slice(0, finalists);
}

/** The fastest of the best samples of each, taken in turn: what else runs on a machine only makes them longer. */
async function repeat(measured: readonly Measured[]): Promise<Ceiling> {
  const best = fastest(measured);
  for (let round = 0; round < 3; round++) {
    for (const ceiling of best) ceiling.rate = Math.max(ceiling.rate, (await first(ceiling)).rate);
  }
  return fastest(best)[0]!; // something was measured
}
