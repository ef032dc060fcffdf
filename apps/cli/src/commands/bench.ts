import path from "node:path";
import type { Device } from "@kindling/gpu";
import type { Command } from "commander";
import type { BenchOptions, BenchTable } from "../bench/benchReport.ts";
import type { BenchSize } from "../bench/benchSize.ts";
import type { Machine } from "../bench/rooflineBench.ts";
import { type CommandCall, defineCommand } from "../command.ts";
import { InputError } from "../exit.ts";
import type { Keys } from "../keyValue.ts";
import { makeOutputFolder } from "../outputFolder.ts";
import { repositoryFolder } from "../repository.ts";
import type { Shell } from "../shell.ts";

/** What needs nothing but Kindling. */
const ownBenches = ["kernels", "step", "roofline", "host"] as const;
const benches = [...ownBenches, "annotations", "data", "peers"] as const;
type Bench = (typeof benches)[number];

const keys = {
  rounds: { kind: "integer", min: 1, default: 5, help: "samples of each measurement, taken in turn" },
  seconds: {
    kind: "number",
    min: 0,
    default: 10,
    help: "a measurement whose samples took so long has no more of them; of what would take longer, step and roofline give the floor alone",
  },
  only: { kind: "text", default: "", help: "only what has a name that begins so; of peers: step, forward jax-js, PyTorch" },
  sizes: { kind: "text", default: "96x72x1,96x72x4,384x288x1", help: "HEIGHTxWIDTHxBATCH of step, roofline and peers" },
  batch: { kind: "integer", min: 1, help: "images of a convolution in kernels (default 1), of a batch in data (default 16)" },
  precision: {
    kind: "choice",
    choices: ["f32", "f16", "both"],
    default: "f32",
    help: "storage of activations in kernels, step and roofline",
  },
  width: { kind: "number", min: 0.01, default: 1, help: "multiplies the student's channels" },
  teacher: { kind: "text", default: "hrnet-w48", help: "the teacher of step, roofline, host and data" },
  machine: { kind: "text", default: "", help: "roofline: name of a machine whose peaks are given by gflops and gbs; nothing is run" },
  gflops: { kind: "number", min: 0.001, help: "roofline: the machine's arithmetic, billions of operations a second" },
  gbs: { kind: "number", min: 0.001, help: "roofline: the machine's memory, billions of bytes a second" },
  accumulate: { kind: "integer", min: 1, default: 1, help: "step: also times the student's step in so many parts of the batch" },
  data: { kind: "path", help: "data: COCO-style annotations" },
  images: { kind: "path", help: "data: folder of their images (default: that of the annotations)" },
  input: { kind: "size", default: { height: 384, width: 288 }, help: "data: pixels of a crop" },
  limit: { kind: "integer", min: 1, help: "data: only the first so many persons" },
  megabytes: { kind: "text", default: "220,600", help: "annotations: sizes of the files that are made and read" },
  persons: { kind: "integer", min: 1, default: 150_000, help: "annotations: persons of each" },
  patience: { kind: "number", min: 1, default: 150, help: "seconds that a peer may take until it is compiled and warm, and for a run" },
  python: { kind: "text", help: "interpreter with PyTorch, a peer (default: KINDLING_PYTHON, or python3)" },
  unchecked: { kind: "flag", help: "without Dawn's validation and the bounds checks of shaders, with which training runs" },
  out: { kind: "path", help: "folder of the reports; default: bench/results/DATE-ADAPTER of the repository" },
} as const satisfies Keys;

/** `kindling bench`: kernels, steps, their roofline, the host's share and peers, each as a table and as JSON in bench/results. */
export function bench(shell: Shell): Command {
  return defineCommand(shell, {
    name: "bench",
    summary: "times kernels against this adapter's ceilings, training steps, the host's share, and other libraries beside ours",
    operands: [
      {
        name: "WHAT",
        help: `${benches.join(", ")}; default: all but annotations, data, which needs a data set, and peers, which \`npm ci\` in bench/peers installs`,
        optional: true,
        many: true,
      },
    ],
    keys,
    run: runBenches,
  });
}

async function runBenches(call: CommandCall<typeof keys>) {
  const { operands, values, words } = call;
  const chosen = operands.length > 0 ? operands.map(benchOf) : ownBenches;
  const subjects = await subjectsOf(chosen, values);
  if (values.out !== undefined) await makeOutputFolder("out", values.out);
  const { openTunedDevice } = await import("../tune/tunedDevice.ts");
  const { benchReport, benchMarkdown, writeBenchReport } = await import("../bench/benchReport.ts");
  using device = await openTunedDevice((text) => call.progress.note(text), { validate: !values.unchecked });
  const precisions = precisionsOf(values.precision, device);
  if (values.precision === "both" && precisions.length === 1) {
    call.progress.note(`${device.info.description} has no f16, so that f32 alone is measured`);
  }
  const folder = values.out ?? resultsFolder(device.fingerprint);
  const reports = [];
  const files: string[] = [];
  for (const name of chosen) {
    const report = benchReport(await runBench(name, device, precisions, subjects, call), device, words);
    if (report.results.length === 0) throw new InputError(`only: nothing of ${name} has a name that begins with "${values.only}"`);
    files.push(...(await writeBenchReport(report, folder)));
    reports.push(report);
  }
  const results = reports.flatMap((report) => report.results);
  return {
    json: { results, adapter: device.fingerprint, files },
    text: [...reports.map(benchMarkdown), `written: ${files.join(", ")}`].join("\n"),
  };
}

/** What benchmarks are about, checked before the first of them: one may take an hour. */
interface Subjects {
  readonly sizes: readonly BenchSize[];
  readonly machine: Machine | null;
  /** Of `data`, when it is run. */
  readonly dataSet: { readonly annotations: string; readonly images: string } | null;
}

/** @throws InputError or ModelError for values that a chosen benchmark cannot be run with. */
async function subjectsOf(chosen: readonly Bench[], values: CommandCall<typeof keys>["values"]): Promise<Subjects> {
  const { accumulate, data, images, input, teacher } = values;
  const { assertCrop, parseBenchSizes } = await import("../bench/benchSize.ts");
  const sizes = parseBenchSizes(values.sizes);
  if (chosen.includes("step") && sizes.some((size) => size.batch % accumulate !== 0)) {
    throw new InputError(`accumulate: every batch of sizes must have ${accumulate} equal parts; got sizes=${values.sizes}`);
  }
  if (chosen.includes("data")) {
    if (data === undefined) throw new InputError("the data set is missing: give data=ANNOTATIONS.json and images=DIR");
    assertCrop("input", input);
  }
  if (chosen.some((name) => name !== "kernels" && name !== "annotations" && name !== "peers"))
    (await import("../bench/benchStudent.ts")).assertTeacher(teacher);
  const dataSet = data === undefined ? null : { annotations: data, images: images ?? path.dirname(data) };
  return { sizes, machine: machineOf(values), dataSet };
}

async function runBench(
  name: Bench,
  device: Device,
  precisions: readonly ("f32" | "f16")[],
  { sizes, machine, dataSet }: Subjects,
  { values, progress, signal }: CommandCall<typeof keys>,
): Promise<BenchTable> {
  const { rounds, seconds, only, width, teacher, batch, accumulate, input, limit } = values;
  const options: BenchOptions = { rounds, seconds, only, signal, note: (text) => progress.note(text) };
  switch (name) {
    case "kernels":
      return (await import("../bench/kernelBench.ts")).benchKernels(device, precisions, batch ?? 1, options);
    case "step":
      return (await import("../bench/stepBench.ts")).benchStep(device, { ...options, sizes, width, teacher, precisions, accumulate });
    case "roofline": {
      const { benchRoofline } = await import("../bench/rooflineBench.ts");
      return benchRoofline(device, machine, { ...options, sizes, width, teacher, precisions });
    }
    case "host":
      return (await import("../bench/hostBench.ts")).benchHost(teacher, width, options);
    case "annotations": {
      const { benchAnnotations } = await import("../bench/annotationsBench.ts");
      return benchAnnotations({ ...options, persons: values.persons, megabytes: megabytesOf(values.megabytes) });
    }
    case "data": {
      const set = { ...dataSet!, input, limit, batch: batch ?? 16 }; // whoever chooses it gives one
      return (await import("../bench/dataBench.ts")).benchData(device, { ...options, ...set, width, teacher });
    }
    case "peers": {
      const { benchPeers } = await import("../bench/peersBench.ts");
      return benchPeers(device, {
        ...options,
        sizes,
        width,
        patience: values.patience,
        validate: !values.unchecked,
        python: values.python ?? process.env.KINDLING_PYTHON ?? "python3",
        repository: repository(),
      });
    }
    default:
      return name satisfies never;
  }
}

/** @throws InputError when the adapter has no f16 and it is asked for alone. */
function precisionsOf(precision: string, { capabilities, info }: Device): readonly ("f32" | "f16")[] {
  if (precision === "f32") return ["f32"];
  if (precision === "both") return capabilities.f16 ? ["f32", "f16"] : ["f32"];
  if (capabilities.f16) return ["f16"];
  throw new InputError(`precision: the adapter ${info.description} has no f16; leave precision=f32`);
}

/** @throws InputError when one of its keys is given and another is missing. */
function machineOf({ machine, gflops, gbs }: CommandCall<typeof keys>["values"]): Machine | null {
  if (machine === "" && gflops === undefined && gbs === undefined) return null;
  if (machine === "" || gflops === undefined || gbs === undefined) {
    throw new InputError("a machine has a name and two peaks: give machine=NAME gflops=… gbs=…");
  }
  if (!/^[\w.-]+$/.test(machine)) throw new InputError(`machine names a file: letters, digits, ".", "_" and "-"; got "${machine}"`);
  return { name: machine, peaks: { gflops, gigabytesPerSecond: gbs } };
}

/** @throws InputError for what is no list of numbers. */
function megabytesOf(text: string): readonly number[] {
  const sizes = text.split(",").map(Number);
  if (!sizes.every((size) => size > 0)) throw new InputError(`megabytes: expected numbers with commas between; got "${text}"`);
  return sizes;
}

function benchOf(word: string): Bench {
  const found = benches.find((name) => name === word);
  if (!found) throw new InputError(`there is no benchmark "${word}"; there are ${benches.join(", ")}`);
  return found;
}

function resultsFolder(fingerprint: string): string {
  return path.join(repository(), "bench/results", `${new Date().toISOString().slice(0, 10)}-${fingerprint}`);
}

function repository(): string {
  const folder = repositoryFolder();
  if (folder === undefined)
    throw new InputError("there is no repository around this command to take bench/ from; give out=DIR, and run peers in a clone");
  return folder;
}
