import { existsSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import type { Device } from "@kindling/gpu";
import { InputError } from "../exit.ts";
import type { BenchOptions, BenchRow, BenchTable } from "./benchReport.ts";
import { type BenchSize, sizeText } from "./benchSize.ts";
import type { BenchStudent } from "./benchStudent.ts";
import { interleave } from "./interleave.ts";
import { kindlingEntry, peerWork } from "./kindlingEntry.ts";
import { largestDifference, lossDifference } from "./largestDifference.ts";
import { comparedSteps, type Entry, peerEntry, sentenceOf } from "./peerEntry.ts";
import type { PeerTask } from "./peerMessage.ts";
import { isPackage, type Peer, peers } from "./peers.ts";
import { quartiles } from "./quartiles.ts";

/** What is compared, beside what every benchmark may be told. */
export interface PeersBenchOptions extends BenchOptions {
  readonly sizes: readonly BenchSize[];
  readonly width: number;
  /** The repository, whose bench/peers is installed. */
  readonly repository: string;
  /** Seconds that a peer may take until it is compiled and warm, and for each run after that. */
  readonly patience: number;
  /** Whether the device, and so each peer's, validates. */
  readonly validate: boolean;
  /** Interpreter of PyTorch. */
  readonly python: string;
}

/** Largest |difference| of a heatmap, relative to the largest of ours, that f32 sums in another order may leave, and that shorter numbers may. */
const forwardTolerance = { full: 1e-4, reduced: 3e-2 };
/** The same of a first loss, and of what the steps changed it by, which is small and so loses digits. */
const stepTolerance = { full: 1e-2, reduced: 1e-1 };

/** `kindling bench peers`: the student's forward pass and training step by other libraries, in turn with ours, and checked against ours. */
export async function benchPeers(device: Device, options: PeersBenchOptions): Promise<BenchTable> {
  const folder = path.join(options.repository, "bench/peers");
  if (tasks.some((task) => chosenPeers(task, options.only).some(isPackage))) assertInstalled(folder);
  const results: BenchRow[] = [];
  for (const size of options.sizes) {
    for (const task of tasks) results.push(...(await compareAll(device, folder, size, task, options)));
  }
  return { bench: "peers", title: "Beside other libraries", columns, results, notes: notes(options) };
}

const tasks = ["forward", "step"] as const;

/** Those whose name, or task and name, begins so. */
function chosenPeers(task: "forward" | "step", only: string): readonly Peer[] {
  return peers.filter((peer) => peer.tasks.includes(task) && (`${task} ${peer.name}`.startsWith(only) || peer.name.startsWith(only)));
}

const columns = [
  { key: "task", heading: "task" },
  { key: "size", heading: "size" },
  { key: "name", heading: "by" },
  { key: "milliseconds", heading: "ms" },
  { key: "lower", heading: "lower" },
  { key: "upper", heading: "upper" },
  { key: "best", heading: "best" },
  { key: "samples", heading: "runs" },
  { key: "ratio", heading: "× Kindling" },
  { key: "firstMilliseconds", heading: "first run, ms" },
  { key: "difference", heading: "difference from Kindling" },
  { key: "verified", heading: "same result" },
  { key: "version", heading: "version" },
  { key: "problem", heading: "problem" },
];

function notes({ width, rounds, seconds, patience }: PeersBenchOptions): readonly string[] {
  return [
    `squeezenet-hpe${width === 1 ? "" : ` of width ${width}`}, 17 joints, f32, the same weights, images and targets; up to ${rounds} runs each, in turn, none begun after ${seconds} s of them; a peer may take ${patience} s until it is compiled and warm, and for a run. Medians between quartiles; × Kindling: how many times longer than Kindling's median.`,
    "A forward pass ends when the heatmaps are in the host's memory; a step (mean squared error; AdamW without decay, which is Adam) when its loss is, and its update is done.",
    "Kindling computes the head by an exact but different algorithm; “Kindling, head by definition” up-samples 512 channels and convolves, as the peers do.",
    `Same result: heatmaps within ${forwardTolerance.full} of the largest; the first loss, and what the next ${comparedSteps - 1} steps (one, of slow peers) changed it by, within ${stepTolerance.full} of ours; ${forwardTolerance.reduced} and ${stepTolerance.reduced} where the version says that numbers are shorter than f32. The largest difference is given.`,
    "Every WebGPU peer but ONNX Runtime Node, whose own Dawn takes the adapter that it finds first, is given Kindling's Dawn and adapter. Peers stand still while it is not their turn.",
    "ONNX Runtime and Kindling upload their image in each run; the others hold it on the GPU. Dawn in Node asks without pause whether work is done, which on a software adapter takes a core from it; Kindling rests between its questions, the peers do not.",
    "PyTorch is eager, on CUDA or the processor, as its version says; AMP with channels last: f16 and a loss scale on CUDA, bf16 on the processor.",
    "TensorFlow.js trains with the resize as two matrix products, since its gradient of resizeBilinear is wrong for half-pixel centres; on WASM with a weight gradient of ours, since it has none.",
  ];
}

/** @throws InputError when the peers' packages are not in this folder. */
export function assertInstalled(folder: string): void {
  if (existsSync(path.join(folder, "node_modules/@tensorflow/tfjs"))) return;
  throw new InputError(
    `the libraries to compare with are not installed; run \`npm ci\` in ${path.relative(process.cwd(), folder) || "."} (about 800 MB)`,
  );
}

async function compareAll(
  device: Device,
  folder: string,
  size: BenchSize,
  task: "forward" | "step",
  options: PeersBenchOptions,
): Promise<readonly BenchRow[]> {
  const chosen = chosenPeers(task, options.only);
  if (chosen.length === 0) return [];
  const entries: Entry[] = [];
  const failures: BenchRow[] = [];
  const head = { bench: "peers", task, size: sizeText(size) };
  try {
    for (const each of ["upsampleConv", "convolution after resize"] as const) {
      options.note(`${task}, ${sizeText(size)}: Kindling, ${each}`);
      const student: BenchStudent = { size, width: options.width, head: each, precision: "f32", teacher: null };
      entries.push(await kindlingEntry(device, student, task));
    }
    const work = await peerWork(device, size, options.width);
    for (const peer of chosen) {
      options.note(`${task}, ${sizeText(size)}: ${peer.name}`);
      try {
        entries.push(
          await peerEntry(peer, { ...work, task, validate: options.validate, python: options.python, ...placeOf(peer, folder) }, options),
        );
      } catch (error) {
        options.signal.throwIfAborted();
        // Whatever stops a peer is a finding of this table, not a failure of it.
        failures.push({ ...head, name: peer.name, problem: sentenceOf(error) });
      }
    }
    options.note(`${task}, ${sizeText(size)}: ${entries.length} in turn`);
    const samples = await interleave(entries, options);
    const ours = quartiles(samples[0]!).median;
    const rows = entries.map((entry, i): BenchRow => {
      const problem = entry.problem() ?? null;
      const times = samples[i]!.filter((time) => !Number.isNaN(time));
      if (times.length === 0) return { ...head, name: entry.name, version: entry.version, problem };
      const { median, ...rest } = quartiles(times);
      return {
        ...head,
        name: entry.name,
        milliseconds: median,
        ...rest,
        ratio: median / ours,
        firstMilliseconds: entry.firstMilliseconds,
        ...(i === 0 ? { difference: null, verified: "" } : compared(task, entry, entries[0]!)),
        version: entry.version,
        problem,
      };
    });
    return [...rows, ...failures];
  } finally {
    for (const entry of entries) entry[Symbol.dispose]();
  }
}

function compared(task: "forward" | "step", entry: Entry, ours: Entry): { readonly difference: number; readonly verified: string } {
  const { results, reduced } = entry;
  const expected = Array.from(ours.results).slice(0, results.length); // of a slow peer fewer losses are known
  const difference = (task === "forward" ? largestDifference : lossDifference)(results, expected);
  const tolerance = (task === "forward" ? forwardTolerance : stepTolerance)[reduced ? "reduced" : "full"];
  return { difference, verified: difference <= tolerance ? "yes" : "NO" };
}

function placeOf({ file, backend }: Peer, folder: string): Pick<PeerTask, "module" | "backend"> {
  return { module: pathToFileURL(path.join(folder, file)).href, backend };
}
