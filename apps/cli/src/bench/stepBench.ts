import type { ProgramReport } from "@kindling/autograd";
import { CommandTimer, type Device } from "@kindling/gpu";
import type { BenchOptions, BenchRow, BenchTable } from "./benchReport.ts";
import { type BenchSize, sizeText } from "./benchSize.ts";
import { ceilingsText, measureCeilings, peakOf } from "./ceilings.ts";
import { floorOf, type Peaks } from "./floor.ts";
import { interleave } from "./interleave.ts";
import { quartiles } from "./quartiles.ts";
import { type CompiledCase, type StepCase, stepCases } from "./stepCase.ts";

/** What is timed, beside what every benchmark may be told. */
export interface StepBenchOptions extends BenchOptions {
  readonly sizes: readonly BenchSize[];
  /** Multiplies the student's channels. */
  readonly width: number;
  /** Name of the frozen network of the steps that have one. */
  readonly teacher: string;
  readonly precisions: readonly ("f32" | "f16")[];
  /** More than 1, the default: also steps whose batch is computed in so many parts. */
  readonly accumulate?: number;
}

/** `kindling bench step`: whole steps and forward passes as a user waits for them, from the batch in memory to numbers in memory. */
export async function benchStep(device: Device, options: StepBenchOptions): Promise<BenchTable> {
  using timer = new CommandTimer(device);
  options.note("the adapter's ceilings");
  using ceilings = await measureCeilings(device, timer, options.signal);
  const results: BenchRow[] = [];
  const left: string[] = [];
  for (const size of options.sizes) {
    for (const precision of options.precisions) {
      const peaks = { gflops: peakOf(ceilings, precision).rate, gigabytesPerSecond: ceilings.bandwidth.rate };
      const measured = await measureSize(device, size, precision, peaks, options);
      results.push(...measured.rows);
      left.push(...measured.left);
    }
  }
  return {
    bench: "step",
    title: "Training steps and forward passes",
    columns,
    results,
    notes: [...notes(options, left), `Ceilings of this adapter: ${ceilingsText(ceilings)}.`],
  };
}

const columns = [
  { key: "name", heading: "what" },
  { key: "size", heading: "size" },
  { key: "precision", heading: "activations" },
  { key: "milliseconds", heading: "ms" },
  { key: "lower", heading: "lower" },
  { key: "upper", heading: "upper" },
  { key: "best", heading: "best" },
  { key: "samples", heading: "samples" },
  { key: "stepsPerSecond", heading: "steps/s" },
  { key: "imagesPerSecond", heading: "images/s" },
  { key: "gflops", heading: "GFLOP/s" },
  { key: "gflop", heading: "GFLOP" },
  { key: "floorMilliseconds", heading: "floor, ms" },
  { key: "timesFloor", heading: "× floor" },
  { key: "dispatches", heading: "dispatches" },
  { key: "tuned", heading: "tuned" },
  { key: "plannedMiB", heading: "planned MiB" },
  { key: "unplannedMiB", heading: "unplanned MiB" },
];

/** A run may be expected to take so many times its floor, or it would not be tried. */
const expectedTimesFloor = 20;

/** Why a case is not run: what its floor lets expect is longer than all its samples may take. */
export function tooLong(floorMilliseconds: number, seconds: number): boolean {
  return expectedTimesFloor * floorMilliseconds > 1000 * seconds;
}

function notes({ width, teacher, rounds, seconds, accumulate = 1 }: StepBenchOptions, left: readonly string[]): readonly string[] {
  return [
    `squeezenet-hpe${width === 1 ? "" : ` of width ${width}`}, 17 joints; teacher ${teacher}, frozen and computed in each step; up to ${rounds} samples in turn, none begun after ${seconds} s of them; medians between quartiles.`,
    "A step: the batch's bytes are uploaded, AdamW with mean squared errors, its losses are read. A forward pass: the heatmaps are read.",
    "The head is computed by an exact but different algorithm (the taps of its convolution before up-sampling); rows with “head by definition” up-sample 512 channels and convolve, as PyTorch and the peers do. GFLOP are those of each row's own algorithm.",
    ...(accumulate > 1 ? [`A step in ${accumulate} parts sums their gradients and updates once (accumulate in a recipe).`] : []),
    "Floor: each kernel takes its arithmetic or its memory at the adapter's ceilings, whichever is longer (`kindling bench roofline` has it by layer).",
    "Tuned: dispatches by variants that `kindling tune` measured on this adapter, or that were shipped for it; the others by rule of thumb.",
    "Planned: memory of activations and scratch as it is shared by lifetime; unplanned: without sharing.",
    ...(left.length > 0
      ? [`Not run, because ${expectedTimesFloor} times the floor is more than seconds=${seconds}: ${left.join("; ")}.`]
      : []),
  ];
}

async function measureSize(
  device: Device,
  size: BenchSize,
  precision: "f32" | "f16",
  peaks: Peaks,
  { width, teacher, accumulate = 1, ...options }: StepBenchOptions,
): Promise<{ readonly rows: readonly BenchRow[]; readonly left: readonly string[] }> {
  const cases: { readonly made: StepCase; readonly compiled: CompiledCase }[] = [];
  const left: StepCase[] = [];
  const parts: Disposable[] = [];
  try {
    for (const [name, make] of stepCases(device, { size, width, precision, accumulate }, teacher)) {
      if (!name.startsWith(options.only)) continue;
      options.signal.throwIfAborted();
      options.note(`${name}, ${sizeText(size)}, ${precision}: compiling`);
      const made = make();
      parts.push(made);
      if (tooLong(floorOf(made.kernels, peaks).milliseconds, options.seconds)) {
        left.push(made);
        continue;
      }
      const compiled = await made.compile();
      parts.push(compiled);
      cases.push({ made, compiled });
    }
    for (const { compiled } of cases) await compiled.sample();
    options.note(`${sizeText(size)}, ${precision}: ${cases.map(({ made }) => made.name).join(", ")}`);
    const contestants = cases.map(({ compiled }) => compiled);
    const samples = await interleave(contestants, options);
    const rows = cases.map(({ made, compiled }, i) => rowOf(made, compiled, peaks, samples[i]!));
    return {
      left: left.map(({ name }) => `${name}, ${sizeText(size)}, ${precision}`),
      rows: [...rows, ...left.map((made) => floorRow(made, peaks))],
    };
  } finally {
    for (const part of parts.reverse()) part[Symbol.dispose]();
  }
}

function rowOf(made: StepCase, { programs, runs }: CompiledCase, peaks: Peaks, samples: readonly number[]): BenchRow {
  const { median, ...rest } = quartiles(samples);
  const reports = Object.entries(programs).map(([program, { report }]) => ({ ...report, runs: runs[program]! })); // named alike
  const sum = (value: (report: ProgramReport & { readonly runs: number }) => number) =>
    reports.reduce((total, report) => total + value(report), 0);
  const floor = floorOf(made.kernels, peaks);
  return {
    ...floorRow(made, peaks),
    milliseconds: median,
    ...rest,
    stepsPerSecond: 1000 / median,
    imagesPerSecond: (1000 * made.student.size.batch) / median,
    gflops: (1000 * floor.gflop) / median,
    timesFloor: median / floor.milliseconds,
    dispatches: sum((report) => report.runs * report.dispatches),
    tuned: sum((report) => report.runs * report.tuned),
    plannedMiB: sum((report) => report.plannedBytes) / 2 ** 20,
    unplannedMiB: sum((report) => report.unplannedBytes) / 2 ** 20,
  };
}

/** What is known of a case that is not run. */
function floorRow({ name, student: { size, precision }, kernels }: StepCase, peaks: Peaks): BenchRow {
  const { gflop, milliseconds } = floorOf(kernels, peaks);
  return { bench: "step", name, size: sizeText(size), precision, gflop, floorMilliseconds: milliseconds };
}
