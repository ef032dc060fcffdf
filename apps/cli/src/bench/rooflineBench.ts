import { CommandTimer, type Device } from "@kindling/gpu";
import { timePrograms } from "../profile/timeProgram.ts";
import type { BenchRow, BenchTable } from "./benchReport.ts";
import { sizeText } from "./benchSize.ts";
import { ceilingsText, measureCeilings, peakOf } from "./ceilings.ts";
import { byLayer, floorOf, type Peaks } from "./floor.ts";
import { interleave } from "./interleave.ts";
import { quartiles } from "./quartiles.ts";
import { type StepBenchOptions, tooLong } from "./stepBench.ts";
import { type StepCase, stepCases } from "./stepCase.ts";

/** A machine by its data sheet, in place of the adapter's measured ceilings. */
export interface Machine {
  readonly name: string;
  readonly peaks: Peaks;
}

/** Layers of a network that can still be taken in. */
const layerRows = 40;

/**
 * `kindling bench roofline`: the operations and bytes of the student's step and the teacher's forward pass by layer, as our kernels compute them, the
 * least time that they take at the ceilings, and, on this adapter's own ceilings, how far the measured time is from it.
 */
export async function benchRoofline(device: Device, machine: Machine | null, options: StepBenchOptions): Promise<BenchTable> {
  using timer = new CommandTimer(device);
  if (!machine) options.note("the adapter's ceilings");
  using ceilings = machine ? null : await measureCeilings(device, timer, options.signal);
  const results: BenchRow[] = [];
  const unmeasured: string[] = [];
  for (const size of options.sizes) {
    for (const precision of options.precisions) {
      const peaks = ceilings ? { gflops: peakOf(ceilings, precision).rate, gigabytesPerSecond: ceilings.bandwidth.rate } : machine!.peaks; // one is there
      for (const [name, make] of stepCases(device, { size, width: options.width, precision }, options.teacher)) {
        if (!shown(name, options)) continue;
        options.signal.throwIfAborted();
        options.note(`${name}, ${sizeText(size)}, ${precision}`);
        using made = make();
        const long = tooLong(floorOf(made.kernels, peaks).milliseconds, options.seconds);
        if (ceilings && long) unmeasured.push(`${name}, ${sizeText(size)}, ${precision}`);
        results.push(...(ceilings && !long ? await measuredRows(made, peaks, options) : rowsOf(made, peaks, made.kernels)));
      }
    }
  }
  return {
    bench: machine ? `roofline-${machine.name}` : "roofline",
    title: machine ? `Roofline of ${machine.name}` : "Roofline",
    columns,
    results,
    notes: [
      ceilings
        ? `Ceilings, measured in this run: ${ceilingsText(ceilings)}.`
        : `${machine!.name}, as given: ${machine!.peaks.gflops} GFLOP/s, ${machine!.peaks.gigabytesPerSecond} GB/s. Nothing was run; masks of ReLUs, which programs may compute where the gradient under them is made, have calls of their own.`,
      "Floor: each kernel takes its arithmetic or its memory, whichever is longer (bound by: what most of it is); every value that a kernel reads or writes crosses memory once, so caches can beat it.",
      "GFLOP and MB are those of our kernels: the head's taps before up-sampling, batch norms folded, images of four channels; a layer's row has its forward and backward kernels, (name) what no layer recorded.",
      ...(ceilings
        ? [
            "ms: medians of each kernel's own time (a pass each, which costs some microseconds); “as run”: a whole run as a user waits for it.",
          ]
        : []),
      ...(unmeasured.length > 0
        ? [`Not measured, because it would take more than seconds=${options.seconds}: ${unmeasured.join("; ")}.`]
        : []),
    ],
  };
}

const columns = [
  { key: "name", heading: "what" },
  { key: "size", heading: "size" },
  { key: "precision", heading: "activations" },
  { key: "layer", heading: "layer" },
  { key: "kernels", heading: "kernels" },
  { key: "gflop", heading: "GFLOP" },
  { key: "megabytes", heading: "MB" },
  { key: "floorMilliseconds", heading: "floor, ms" },
  { key: "bound", heading: "bound by" },
  { key: "milliseconds", heading: "ms" },
  { key: "timesFloor", heading: "× floor" },
];

/** The student's step and the teacher's forward pass, unless another of {@link stepCases} is asked for by its beginning. */
function shown(name: string, { only, teacher }: StepBenchOptions): boolean {
  return only === "" ? name === "student step" || name === `${teacher} forward` : name.startsWith(only);
}

interface Call {
  readonly layer: string;
  readonly kernel: string;
  readonly flops: number;
  readonly bytes: number;
  /** When it was measured. */
  readonly microseconds?: number;
}

async function measuredRows(made: StepCase, peaks: Peaks, options: StepBenchOptions): Promise<readonly BenchRow[]> {
  using compiled = await made.compile();
  await compiled.sample();
  const times = await timePrograms(compiled.programs, options.signal);
  const [samples] = await interleave([compiled], options);
  return rowsOf(
    made,
    peaks,
    times.flatMap(({ kernels }) => kernels),
    quartiles(samples!).median, // of the one contestant
  );
}

function rowsOf({ name, student }: StepCase, peaks: Peaks, calls: readonly Call[], asRun?: number): readonly BenchRow[] {
  const head = { bench: "roofline", name, size: sizeText(student.size), precision: student.precision };
  const row = (layer: string, some: readonly Call[], measured: number): BenchRow => {
    const { milliseconds: floorMilliseconds, ...floor } = floorOf(some, peaks);
    const milliseconds = Number.isNaN(measured) ? null : measured;
    return {
      ...head,
      layer,
      ...floor,
      floorMilliseconds,
      milliseconds,
      timesFloor: milliseconds === null ? null : milliseconds / floorMilliseconds,
    };
  };
  const timeOf = (some: readonly Call[]): number => some.reduce((sum, { microseconds }) => sum + (microseconds ?? Number.NaN) / 1000, 0);
  return [
    ...[...byLayer(calls, layerRows)].map(([layer, some]) => row(layer, some, timeOf(some))),
    row("all kernels", calls, timeOf(calls)),
    ...(asRun === undefined ? [] : [row("as run", calls, asRun)]),
  ];
}
