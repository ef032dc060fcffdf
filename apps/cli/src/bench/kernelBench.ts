import {
  type CompileOptions,
  compile,
  conv2d,
  conv2dInputGrad,
  conv2dWeightGrad,
  Graph,
  lower,
  type Program,
  type Tensor,
} from "@kindling/autograd";
import { type Capabilities, CommandTimer, type Device, encodeFloat16, sizeOf } from "@kindling/gpu";
import { chooseVariant, fastestVariant, type Kernel, supportedVariants, type Variant } from "@kindling/kernels";
import { randomValues } from "@kindling/proof";
import type { BenchOptions, BenchRow, BenchTable } from "./benchReport.ts";
import { type Ceilings, ceilingsText, measureCeilings, peakOf } from "./ceilings.ts";
import { type ConvolutionShape, convolutionShapes } from "./convolutionShapes.ts";
import { interleave } from "./interleave.ts";
import { quartiles } from "./quartiles.ts";
import { sampleMilliseconds } from "./sampleMilliseconds.ts";

/** What is timed of a convolution. */
const passes = ["forward", "inputGrad", "weightGrad"] as const;

/** `kindling bench kernels`: each pass of each convolution by each variant that supports it, against the adapter's ceilings in the same rounds. */
export async function benchKernels(
  device: Device,
  precisions: readonly ("f32" | "f16")[],
  batch: number,
  options: BenchOptions,
): Promise<BenchTable> {
  using timer = new CommandTimer(device);
  options.note("the adapter's ceilings");
  using ceilings = await measureCeilings(device, timer, options.signal);
  const results: BenchRow[] = [];
  for (const shape of convolutionShapes) {
    for (const pass of passes) {
      const name = `${shape.name} ${pass}`;
      if (!name.startsWith(options.only)) continue;
      options.note(name);
      for (const dtype of precisions) {
        results.push(...(await benchConvolution(device, timer, ceilings, shape, pass, dtype, batch, options)));
      }
    }
  }
  return { bench: "kernels", title: "Convolutions, by variant", columns, results, notes: notes(timer, ceilings, precisions, batch) };
}

const columns = [
  { key: "name", heading: "convolution" },
  { key: "size", heading: "size" },
  { key: "precision", heading: "storage" },
  { key: "variant", heading: "variant" },
  { key: "chosen", heading: "chosen" },
  { key: "milliseconds", heading: "ms" },
  { key: "lower", heading: "lower" },
  { key: "upper", heading: "upper" },
  { key: "gflops", heading: "GFLOP/s" },
  { key: "ofPeak", heading: "% of peak" },
  { key: "gigabytesPerSecond", heading: "GB/s" },
  { key: "ofBandwidth", heading: "% of copy" },
  { key: "ratio", heading: "× first variant" },
];

function notes(timer: CommandTimer, ceilings: Ceilings, precisions: readonly string[], batch: number): readonly string[] {
  return [
    `Ceilings of this adapter: ${ceilingsText(ceilings)}. Each row is held against their medians in its own rounds${precisions.includes("f16") ? ", in f16 the higher of the two peaks" : ""}.`,
    `Batch ${batch}. A row is a whole op: a weight gradient with the sum of its parts. Operations and bytes are those of the definition.`,
    timer.clock === "timestamps"
      ? "Times are the adapter's timestamps."
      : "The adapter has no timestamps: times are the host's clock over many replays.",
  ];
}

async function benchConvolution(
  device: Device,
  timer: CommandTimer,
  ceilings: Ceilings,
  shape: ConvolutionShape,
  pass: (typeof passes)[number],
  dtype: "f32" | "f16",
  batch: number,
  options: BenchOptions,
): Promise<readonly BenchRow[]> {
  const { graph, y } = recordPass(shape, pass, dtype, batch);
  // The kernel that a pass spends its time in; the others of its dispatches only gather what that one made.
  const dispatches = lower(graph, [y]).flatMap((node) => node.dispatches);
  const main = dispatches.reduce((most, one) => (one.kernel.cost(one.problem).flops > most.kernel.cost(most.problem).flops ? one : most));
  const cost = main.kernel.cost(main.problem);
  const chosen = chooseVariant(device, main).variant;
  const variants = supportedVariants(main, device.capabilities);
  const programs: Program[] = [];
  try {
    for (const variant of variants) {
      const program = await compile(graph, device, {
        store: null,
        outputs: { y },
        choose: choosing(main.kernel, variant, device.capabilities),
      });
      programs.push(program);
      for (const [name, { shape: size }] of graph.inputs) program.write(name, stored(randomValues(name.length, sizeOf(size)), dtype));
    }
    const contestants = [];
    for (const [i, program] of programs.entries()) {
      contestants.push({ name: variants[i]!.id, sample: await sampleMilliseconds(timer, program) });
    }
    const limits = [peakOf(ceilings, dtype), ceilings.bandwidth];
    const samples = await interleave([...contestants, ...limits], options);
    const [peak, bandwidth] = limits.map(({ work }, i) => (1e3 * work) / quartiles(samples[contestants.length + i]!).median);
    const first = quartiles(samples[0]!).median;
    return variants.map((variant, i) => {
      const { median, ...rest } = quartiles(samples[i]!);
      const [gflops, gigabytesPerSecond] = [cost.flops / median / 1e6, cost.bytes / median / 1e6];
      return {
        bench: "kernels",
        name: `${shape.name} ${pass}`,
        size: sizeText(shape),
        precision: dtype,
        kernel: main.kernel.name,
        variant: variant.id,
        chosen: variant === chosen ? "yes" : "",
        milliseconds: median,
        ...rest,
        gflops,
        ofPeak: (100 * gflops) / peak!,
        gigabytesPerSecond,
        ofBandwidth: (100 * gigabytesPerSecond) / bandwidth!,
        ratio: first / median,
      };
    });
  } finally {
    for (const program of programs) program[Symbol.dispose]();
  }
}

function recordPass(
  { height, width, inChannels, outChannels, kernel, stride, depthwise }: ConvolutionShape,
  pass: (typeof passes)[number],
  dtype: "f32" | "f16",
  batch: number,
): { readonly graph: Graph; readonly y: Tensor } {
  const graph = new Graph();
  const padding = (kernel - 1) / 2;
  const xShape = [batch, height, width, inChannels];
  const yShape = [batch, ...[height, width].map((size) => Math.floor((size + 2 * padding - kernel) / stride) + 1), outChannels];
  const groups = depthwise ? inChannels : 1;
  const weightShape = [kernel, kernel, inChannels / groups, outChannels];
  const attrs = { stride, padding, dilation: 1, groups, activation: "none" } as const;
  switch (pass) {
    case "forward": {
      const [x, weight] = [graph.input("x", xShape, dtype), graph.input("weight", weightShape, dtype)];
      return { graph, y: conv2d(x, weight, null, attrs) };
    }
    case "inputGrad": {
      const [dy, weight] = [graph.input("dy", yShape, dtype), graph.input("weight", weightShape, dtype)];
      return { graph, y: conv2dInputGrad(dy, weight, xShape, attrs) };
    }
    case "weightGrad": {
      const [dy, x] = [graph.input("dy", yShape, dtype), graph.input("x", xShape, dtype)];
      return { graph, y: conv2dWeightGrad(dy, x, weightShape, attrs) };
    }
    default:
      return pass satisfies never;
  }
}

/** One kernel by one variant, the others by their fastest. */
function choosing(main: Kernel, variant: Variant, capabilities: Capabilities): NonNullable<CompileOptions["choose"]> {
  return (kernel, problem, dtypes) => (kernel.name === main.name ? variant : fastestVariant(kernel, problem, capabilities, dtypes));
}

function stored(values: Float32Array, dtype: "f32" | "f16"): ArrayBufferView<ArrayBuffer> {
  return dtype === "f16" ? Uint16Array.from(encodeFloat16(values)) : Float32Array.from(values);
}

function sizeText({ height, width, inChannels, outChannels, kernel, stride, depthwise }: ConvolutionShape): string {
  return `${kernel}×${kernel} ${depthwise ? `depthwise ${inChannels}` : `${inChannels}→${outChannels}`} at ${height}×${width}${stride === 1 ? "" : `, stride ${stride}`}`;
}
