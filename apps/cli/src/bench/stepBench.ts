import { compile, Graph, type Program, type ProgramReport, unpackImage } from "@kindling/autograd";
import type { Device } from "@kindling/gpu";
import { heatmapsOf, type PoseModel } from "@kindling/models";
import { type Networks, TrainStep } from "@kindling/trainer";
import type { BenchOptions, BenchRow, BenchTable } from "./benchReport.ts";
import { type BenchSize, sizeText } from "./benchSize.ts";
import { type BenchStudent, benchLearningRate, benchNetworks, benchRecipe, randomBatch } from "./benchStudent.ts";
import { type Contestant, interleave } from "./interleave.ts";
import { quartiles } from "./quartiles.ts";

/** What is timed, beside what every benchmark may be told. */
export interface StepBenchOptions extends BenchOptions {
  readonly sizes: readonly BenchSize[];
  /** Multiplies the student's channels. */
  readonly width: number;
  /** Name of the frozen network of the steps that have one. */
  readonly teacher: string;
  readonly precision: "f32" | "f16";
}

/** A run of more operations than this takes a software adapter minutes. */
const mostSoftwareFlops = 3e10;

/** `kindling bench step`: whole steps and forward passes as a user waits for them, from the batch in memory to numbers in memory. */
export async function benchStep(device: Device, options: StepBenchOptions): Promise<BenchTable> {
  const results: BenchRow[] = [];
  const left = new Set<string>();
  for (const size of options.sizes) {
    const cases: StepCase[] = [];
    try {
      for (const [name, make] of Object.entries(makers(device, size, options))) {
        if (!name.startsWith(options.only)) continue;
        options.signal.throwIfAborted();
        options.note(`${name}, ${sizeText(size)}: compiling`);
        const made = await make(left);
        if (made) cases.push({ ...made, name });
      }
      for (const { sample } of cases) await sample();
      options.note(`${sizeText(size)}: ${cases.map(({ name }) => name).join(", ")}`);
      const samples = await interleave(cases, options);
      for (const [i, each] of cases.entries()) results.push(rowOf(each, size, samples[i]!));
    } finally {
      for (const each of cases) each[Symbol.dispose]();
    }
  }
  return { bench: "step", title: "Training steps and forward passes", columns, results, notes: notes(options, left) };
}

interface StepCase extends Contestant, Disposable {
  readonly reports: readonly ProgramReport[];
}

const columns = [
  { key: "name", heading: "what" },
  { key: "size", heading: "size" },
  { key: "milliseconds", heading: "ms" },
  { key: "lower", heading: "lower" },
  { key: "upper", heading: "upper" },
  { key: "best", heading: "best" },
  { key: "imagesPerSecond", heading: "images/s" },
  { key: "gflops", heading: "GFLOP/s" },
  { key: "gflop", heading: "GFLOP" },
  { key: "dispatches", heading: "dispatches" },
  { key: "plannedMiB", heading: "planned MiB" },
  { key: "unplannedMiB", heading: "unplanned MiB" },
];

function notes({ width, teacher, precision, rounds }: StepBenchOptions, left: ReadonlySet<string>): readonly string[] {
  return [
    `squeezenet-hpe${width === 1 ? "" : ` of width ${width}`}, 17 joints; teacher ${teacher}, frozen and computed in each step; ${precision} activations; ${rounds} samples in turn; medians between quartiles.`,
    "A step: the batch's bytes are uploaded, AdamW with mean squared errors, its losses are read. A forward pass: the heatmaps are read.",
    "The head is computed by an exact but different algorithm (the taps of its convolution before up-sampling); rows with “head by definition” up-sample 512 channels and convolve, as PyTorch and the peers do. GFLOP are those of each row's own algorithm.",
    "Planned: memory of activations and scratch as it is shared by lifetime; unplanned: without sharing.",
    ...(left.size > 0
      ? [`Left out on this software adapter, because one run has more than ${mostSoftwareFlops / 1e9} GFLOP: ${[...left].join("; ")}.`]
      : []),
  ];
}

type Made = Omit<StepCase, "name">;
type Make = (left: Set<string>) => Promise<Made | undefined>;

function makers(device: Device, size: BenchSize, options: StepBenchOptions): Readonly<Record<string, Make>> {
  const { width, precision, teacher } = options;
  const plain: BenchStudent = { size, width, precision, head: "upsampleConv", teacher: null };
  const defined: BenchStudent = { ...plain, head: "convolution after resize" };
  const teacherFits = (left: Set<string>, name: string, report: ProgramReport): boolean => {
    if (!device.info.software || report.flops <= mostSoftwareFlops) return true;
    left.add(`${name}, ${sizeText(size)}`);
    return false;
  };
  return {
    "student step": () => stepCase(device, plain),
    "student step, head by definition": () => stepCase(device, defined),
    "student forward": () => forwardCase(device, plain, (networks) => networks.student),
    "student forward, head by definition": () => forwardCase(device, defined, (networks) => networks.student),
    [`student step with ${teacher}`]: async (left) => {
      const made = await stepCase(device, { ...plain, teacher });
      if (teacherFits(left, `student step with ${teacher}`, made.reports[0]!)) return made;
      made[Symbol.dispose]();
      return undefined;
    },
    [`${teacher} forward`]: async (left) => {
      const made = await forwardCase(device, { ...plain, teacher }, (networks) => networks.teacher!); // the recipe names one
      if (teacherFits(left, `${teacher} forward`, made.reports[0]!)) return made;
      made[Symbol.dispose]();
      return undefined;
    },
  };
}

async function stepCase(device: Device, student: BenchStudent): Promise<Made> {
  const recipe = benchRecipe(student);
  const networks = await benchNetworks(device, recipe, student.head);
  try {
    const step = await TrainStep.create(device, recipe, networks);
    const batch = randomBatch(student.size, recipe.data.heatmap, recipe.student.joints, 1);
    let count = 0;
    return {
      reports: Object.values(step.reports),
      async sample() {
        const begin = performance.now();
        const settings = { step: ++count, learningRate: benchLearningRate, lossWeights: recipe.losses.map(() => 1) };
        await (await step.run(batch, settings)).outcome;
        return performance.now() - begin;
      },
      [Symbol.dispose]() {
        step[Symbol.dispose]();
        networks[Symbol.dispose]();
      },
    };
  } catch (error) {
    networks[Symbol.dispose]();
    throw error;
  }
}

async function forwardCase(device: Device, student: BenchStudent, choose: (networks: Networks) => PoseModel): Promise<Made> {
  const recipe = benchRecipe(student);
  const networks = await benchNetworks(device, recipe, student.head);
  try {
    const program = await forwardProgram(device, student, networks, choose(networks));
    const { image } = randomBatch(student.size, [1, 1], 1, 1);
    return {
      reports: [program.report],
      async sample() {
        const begin = performance.now();
        program.write("image", image);
        program.run();
        await program.read("heatmaps");
        return performance.now() - begin;
      },
      [Symbol.dispose]() {
        program[Symbol.dispose]();
        networks[Symbol.dispose]();
      },
    };
  } catch (error) {
    networks[Symbol.dispose]();
    throw error;
  }
}

/** The forward pass of one network: input "image", packed RGBA, output "heatmaps". */
export function forwardProgram(device: Device, { size }: BenchStudent, networks: Networks, model: PoseModel): Promise<Program> {
  const graph = new Graph();
  const packed = graph.input("image", [size.batch, size.height, size.width], "u32");
  const heatmaps = heatmapsOf(model, unpackImage(packed, { ...model.card.input, dtype: networks.precision }), "eval");
  return compile(graph, device, { store: networks.store, outputs: { heatmaps } });
}

function rowOf({ name, reports }: StepCase, size: BenchSize, samples: readonly number[]): BenchRow {
  const { median, ...rest } = quartiles(samples);
  const sum = (value: (report: ProgramReport) => number) => reports.reduce((total, report) => total + value(report), 0);
  const flops = sum((report) => report.flops);
  return {
    bench: "step",
    name,
    size: sizeText(size),
    milliseconds: median,
    ...rest,
    imagesPerSecond: (1000 * size.batch) / median,
    gflops: flops / median / 1e6,
    gflop: flops / 1e9,
    dispatches: sum((report) => report.dispatches),
    plannedMiB: sum((report) => report.plannedBytes) / 2 ** 20,
    unplannedMiB: sum((report) => report.unplannedBytes) / 2 ** 20,
  };
}
