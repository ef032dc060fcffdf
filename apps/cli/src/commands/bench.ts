import path from "node:path";
import type { Device } from "@kindling/gpu";
import type { Command } from "commander";
import type { BenchOptions, BenchTable } from "../bench/benchReport.ts";
import { type CommandCall, defineCommand } from "../command.ts";
import { InputError } from "../exit.ts";
import type { Keys } from "../keyValue.ts";
import { repositoryFolder } from "../repository.ts";
import type { Shell } from "../shell.ts";

const benches = ["kernels", "step", "host"] as const;
type Bench = (typeof benches)[number];

const keys = {
  rounds: { kind: "integer", min: 1, default: 5, help: "samples of each measurement, taken in turn" },
  seconds: { kind: "number", min: 0, default: 10, help: "a measurement whose samples took so long has no more of them" },
  only: { kind: "text", default: "", help: "only what has a name that begins so" },
  sizes: { kind: "text", default: "96x72x1,96x72x4,384x288x1", help: "HEIGHTxWIDTHxBATCH of steps" },
  batch: { kind: "integer", min: 1, default: 1, help: "images of a convolution in kernels" },
  precision: { kind: "choice", choices: ["f32", "f16"], default: "f32", help: "storage of activations in kernels and step" },
  width: { kind: "number", min: 0.01, default: 1, help: "multiplies the student's channels" },
  teacher: { kind: "text", default: "hrnet-w48", help: "the teacher of step and host" },
  unchecked: { kind: "flag", help: "without Dawn's validation and the bounds checks of shaders, with which training runs" },
  out: { kind: "path", help: "folder of the reports; default: bench/results/DATE-ADAPTER of the repository" },
} as const satisfies Keys;

/** `kindling bench`: kernels, steps and the host's share, each as a table and as JSON in bench/results. */
export function bench(shell: Shell): Command {
  return defineCommand(shell, {
    name: "bench",
    summary: "times kernels, training steps and the host's share on this adapter, against its measured ceilings",
    operands: [{ name: "WHAT", help: `${benches.join(", ")}; default: all of them`, optional: true, many: true }],
    keys,
    run: runBenches,
  });
}

async function runBenches(call: CommandCall<typeof keys>) {
  const { operands, values, words } = call;
  const chosen = operands.length > 0 ? operands.map(benchOf) : benches;
  const { openDevice } = await import("@kindling/gpu");
  const { benchReport, benchMarkdown, writeBenchReport } = await import("../bench/benchReport.ts");
  using device = await openDevice({ validate: !values.unchecked });
  if (values.precision === "f16" && !device.capabilities.f16) {
    throw new InputError(`precision: the adapter ${device.info.description} has no f16; leave precision=f32`);
  }
  const folder = values.out ?? resultsFolder(device.fingerprint);
  const reports = [];
  const files: string[] = [];
  for (const name of chosen) {
    const report = benchReport(await runBench(name, device, call), device, words);
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

async function runBench(name: Bench, device: Device, { values, progress, signal }: CommandCall<typeof keys>): Promise<BenchTable> {
  const { rounds, seconds, only, width, teacher, batch } = values;
  const options: BenchOptions = { rounds, seconds, only, signal, note: (text) => progress.note(text) };
  const precision = values.precision === "f16" ? "f16" : "f32";
  switch (name) {
    case "kernels":
      return (await import("../bench/kernelBench.ts")).benchKernels(device, precision, batch, options);
    case "step": {
      const sizes = (await import("../bench/benchSize.ts")).parseBenchSizes(values.sizes);
      return (await import("../bench/stepBench.ts")).benchStep(device, { ...options, sizes, width, teacher, precision });
    }
    case "host":
      return (await import("../bench/hostBench.ts")).benchHost(teacher, width, options);
    default:
      return name satisfies never;
  }
}

function benchOf(word: string): Bench {
  const found = benches.find((name) => name === word);
  if (!found) throw new InputError(`there is no benchmark "${word}"; there are ${benches.join(", ")}`);
  return found;
}

function resultsFolder(fingerprint: string): string {
  const repository = repositoryFolder();
  if (repository === undefined)
    throw new InputError("out=DIR is missing: there is no repository around this command to write bench/results in");
  return path.join(repository, "bench/results", `${new Date().toISOString().slice(0, 10)}-${fingerprint}`);
}
