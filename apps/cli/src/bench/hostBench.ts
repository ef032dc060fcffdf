import type { ProgramReport } from "@kindling/autograd";
import { type Device, openDevice } from "@kindling/gpu";
import { TrainStep } from "@kindling/trainer";
import type { BenchOptions, BenchRow, BenchTable } from "./benchReport.ts";
import { type BenchSize, sizeText } from "./benchSize.ts";
import { type BenchStudent, benchLearningRate, benchNetworks, benchRecipe, randomBatch } from "./benchStudent.ts";
import { quartiles } from "./quartiles.ts";
import { forwardProgram } from "./stepCase.ts";

/** Runs of each program: they take a millisecond, so many more than the rounds of other benchmarks. */
const runs = 100;

/** What networks are fed: small, because nothing is computed of it. */
const hostSize: BenchSize = { height: 96, width: 72, batch: 1 };

/** Microseconds of the host a dispatch that a step may cost. */
export const hostTarget = 10;

/** `kindling bench host`: what the host does for each dispatch, on Dawn's null backend, which computes nothing. */
export async function benchHost(teacher: string, width: number, options: BenchOptions): Promise<BenchTable> {
  const results: BenchRow[] = [];
  for (const validate of [true, false]) {
    using device = await openDevice({ computeNothing: true, validate });
    const plain: BenchStudent = { size: hostSize, width, precision: "f32", head: "upsampleConv", teacher: null };
    const cases: readonly (readonly [string, () => Promise<BenchRow>])[] = [
      ["student forward", () => forwardRow(device, plain, false)],
      ["student step", () => stepRow(device, plain)],
      [`${teacher} forward`, () => forwardRow(device, { ...plain, teacher }, true)],
    ];
    for (const [name, measure] of cases) {
      if (!name.startsWith(options.only)) continue;
      options.signal.throwIfAborted();
      options.note(`${name}, ${validate ? "with" : "without"} validation`);
      results.push({ bench: "host", name, size: sizeText(hostSize), validation: validate ? "yes" : "no", ...(await measure()) });
    }
  }
  return {
    bench: "host",
    title: "Host time a dispatch",
    columns,
    results,
    notes: [
      `On Dawn's null backend, which takes every call and computes nothing; ${runs} runs. The target is ${hostTarget} µs a dispatch in the median, with validation, as training runs.`,
      "Forward: Program.run alone (encode and submit). Step: all that TrainStep.run does before it returns: uploads of the batch, two programs, copies of the losses.",
    ],
  };
}

const columns = [
  { key: "name", heading: "what" },
  { key: "size", heading: "size" },
  { key: "validation", heading: "validation" },
  { key: "dispatches", heading: "dispatches" },
  { key: "microsecondsPerDispatch", heading: "µs a dispatch" },
  { key: "lower", heading: "lower" },
  { key: "upper", heading: "upper" },
  { key: "milliseconds", heading: "ms a run" },
  { key: "withinTarget", heading: `≤ ${hostTarget} µs` },
];

async function forwardRow(device: Device, student: BenchStudent, ofTeacher: boolean): Promise<BenchRow> {
  using networks = benchNetworks(device, benchRecipe(student), student.head);
  using program = await forwardProgram(device, student.size, networks, ofTeacher ? networks.teachers[0]!.model : networks.student); // the recipe names one
  return await hostRow(device, [program.report], async () => {
    const begin = performance.now();
    program.run();
    return performance.now() - begin;
  });
}

async function stepRow(device: Device, student: BenchStudent): Promise<BenchRow> {
  const recipe = benchRecipe(student);
  using networks = benchNetworks(device, recipe, student.head);
  using step = await TrainStep.create(device, recipe, networks);
  const batch = randomBatch(student.size, recipe.data.heatmap, recipe.student.joints, 1);
  const settings = { step: 1, learningRate: benchLearningRate, lossWeights: recipe.losses.map(() => 1) };
  return await hostRow(device, Object.values(step.reports), async () => {
    const begin = performance.now();
    // Nothing here waits for a GPU: it returns when all is submitted.
    const { outcome } = await step.run(batch, settings);
    const milliseconds = performance.now() - begin;
    await outcome;
    return milliseconds;
  });
}

async function hostRow(device: Device, reports: readonly ProgramReport[], run: () => Promise<number>): Promise<BenchRow> {
  const dispatches = reports.reduce((sum, report) => sum + report.dispatches, 0);
  for (let warmUp = 0; warmUp < 20; warmUp++) await run();
  await device.idle();
  const samples: number[] = [];
  for (let i = 0; i < runs; i++) {
    samples.push(await run());
    await device.idle();
  }
  const { lower, median, upper } = quartiles(samples.map((milliseconds) => (1000 * milliseconds) / dispatches));
  return {
    dispatches,
    microsecondsPerDispatch: median,
    lower,
    upper,
    milliseconds: (median * dispatches) / 1000,
    withinTarget: median <= hostTarget ? "yes" : "NO",
  };
}
