import { existsSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import type { Program } from "@kindling/autograd";
import type { Batch } from "@kindling/data";
import type { Device } from "@kindling/gpu";
import { type StateDict, saveWeights } from "@kindling/models";
import { type Networks, type Recipe, TrainStep } from "@kindling/trainer";
import { InputError } from "../exit.ts";
import type { BenchOptions, BenchRow, BenchTable } from "./benchReport.ts";
import { type BenchSize, sizeText } from "./benchSize.ts";
import { type BenchStudent, benchLearningRate, benchNetworks, benchRecipe, type Head, randomBatch } from "./benchStudent.ts";
import { type Contestant, interleave } from "./interleave.ts";
import { largestDifference, lossDifference } from "./largestDifference.ts";
import type { PeerTask, PeerTensor } from "./peerMessage.ts";
import { PeerProcess } from "./peerProcess.ts";
import { type Peer, peers } from "./peers.ts";
import { quartiles } from "./quartiles.ts";
import { forwardProgram } from "./stepBench.ts";

/** What is compared, beside what every benchmark may be told. */
export interface PeersBenchOptions extends BenchOptions {
  readonly sizes: readonly BenchSize[];
  readonly width: number;
  /** The repository, whose bench/peers is installed. */
  readonly repository: string;
  /** Longest time that a peer may take to an answer; its first one compiles its shaders. */
  readonly patience: number;
  /** Whether the device, and so each peer's, validates. */
  readonly validate: boolean;
}

/** Steps that a trainee makes before it is timed, and whose losses are compared. */
const comparedSteps = 3;
/** Largest |difference| of a heatmap, relative to the largest of ours, that f32 sums in another order may leave. */
const forwardTolerance = 1e-4;
/** The same of a first loss, and of what the steps changed it by, which is small and so loses digits. */
const stepTolerance = 1e-2;

/** `kindling bench peers`: the student's forward pass and training step by other libraries, in turn with ours, and checked against ours. */
export async function benchPeers(device: Device, options: PeersBenchOptions): Promise<BenchTable> {
  const folder = installedPeers(options.repository);
  const results: BenchRow[] = [];
  for (const size of options.sizes) {
    for (const task of ["forward", "step"] as const) results.push(...(await compareAll(device, folder, size, task, options)));
  }
  return { bench: "peers", title: "Beside other libraries", columns, results, notes: notes(options) };
}

const columns = [
  { key: "task", heading: "task" },
  { key: "size", heading: "size" },
  { key: "name", heading: "by" },
  { key: "milliseconds", heading: "ms" },
  { key: "lower", heading: "lower" },
  { key: "upper", heading: "upper" },
  { key: "best", heading: "best" },
  { key: "ratio", heading: "× Kindling" },
  { key: "firstMilliseconds", heading: "first run, ms" },
  { key: "difference", heading: "difference from Kindling" },
  { key: "verified", heading: "same result" },
  { key: "version", heading: "version" },
  { key: "problem", heading: "problem" },
];

function notes({ width, rounds }: PeersBenchOptions): readonly string[] {
  return [
    `squeezenet-hpe${width === 1 ? "" : ` of width ${width}`}, 17 joints, f32, the same weights, images and targets; ${rounds} samples in turn. Medians between quartiles; × Kindling: how many times longer than Kindling's median.`,
    "A forward pass ends when the heatmaps are in the host's memory; a step (mean squared error; AdamW without decay, which is Adam) when its loss is, and its update is done.",
    "Kindling computes the head by an exact but different algorithm; “Kindling, head by definition” up-samples 512 channels and convolves, as the peers do.",
    `Same result: heatmaps within ${forwardTolerance} of the largest; the first loss, and what the next ${comparedSteps - 1} steps changed it by, within ${stepTolerance} of ours. The largest difference is given.`,
    "Every WebGPU peer but ONNX Runtime Node, whose own Dawn takes the adapter that it finds first, is given Kindling's Dawn and adapter. Peers stand still while it is not their turn.",
    "ONNX Runtime and Kindling upload their image in each run; the others hold it on the GPU. Dawn in Node asks without pause whether work is done, which on a software adapter takes a core from it; Kindling rests between its questions, the peers do not.",
    "TensorFlow.js trains with the resize as two matrix products, since its gradient of resizeBilinear is wrong for half-pixel centres; on WASM with a weight gradient of ours, since it has none.",
  ];
}

/** The folder of the peers in a repository. @throws InputError when they are not installed there. */
export function installedPeers(repository: string): string {
  const folder = path.join(repository, "bench/peers");
  if (existsSync(path.join(folder, "node_modules/@tensorflow/tfjs"))) return folder;
  throw new InputError(
    `the libraries to compare with are not installed; run \`npm ci\` in ${path.relative(process.cwd(), folder) || "."} (about 800 MB)`,
  );
}

interface Entry extends Contestant, Disposable {
  readonly version: string;
  readonly firstMilliseconds: number;
  /** The heatmaps [n,k,h,w], or the losses of the compared steps. */
  readonly results: ArrayLike<number>;
}

async function compareAll(
  device: Device,
  folder: string,
  size: BenchSize,
  task: "forward" | "step",
  options: PeersBenchOptions,
): Promise<readonly BenchRow[]> {
  const chosen = peers.filter(({ name, tasks }) => tasks.includes(task) && `${task} ${name}`.startsWith(options.only));
  if (chosen.length === 0) return [];
  const entries: Entry[] = [];
  const failures: BenchRow[] = [];
  const head = { bench: "peers", task, size: sizeText(size) };
  try {
    for (const each of ["upsampleConv", "convolution after resize"] as const) {
      options.note(`${task}, ${sizeText(size)}: Kindling, ${each}`);
      const student: BenchStudent = { size, width: options.width, head: each, precision: "f32", teacher: null };
      entries.push(await ourEntry(device, student, task));
    }
    const work = await peerWork(device, size, options.width);
    for (const peer of chosen) {
      options.note(`${task}, ${sizeText(size)}: ${peer.name}`);
      try {
        entries.push(await peerEntry(peer, { ...work, task, validate: options.validate, ...placeOf(peer, folder) }, options));
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
      const { median, ...rest } = quartiles(samples[i]!);
      const difference = (task === "forward" ? largestDifference : lossDifference)(entry.results, entries[0]!.results);
      const verified = difference <= (task === "forward" ? forwardTolerance : stepTolerance);
      return {
        ...head,
        name: entry.name,
        milliseconds: median,
        ...rest,
        ratio: median / ours,
        firstMilliseconds: entry.firstMilliseconds,
        difference: i === 0 ? null : difference,
        verified: i === 0 ? "" : verified ? "yes" : "NO",
        version: entry.version,
      };
    });
    return [...rows, ...failures];
  } finally {
    for (const entry of entries) entry[Symbol.dispose]();
  }
}

function placeOf({ file, backend }: Peer, folder: string): Pick<PeerTask, "module" | "backend"> {
  return { module: pathToFileURL(path.join(folder, file)).href, backend };
}

async function peerEntry(peer: Peer, task: PeerTask, { patience, signal }: PeersBenchOptions): Promise<Entry> {
  const { peer: running, version } = await PeerProcess.create(task, patience, signal);
  try {
    const first = await running.run();
    const losses = [];
    if (typeof first.result === "number") {
      losses.push(first.result);
      for (let step = 1; step < comparedSteps; step++) losses.push(Number((await running.run()).result));
    } else await running.run();
    return {
      name: peer.name,
      version,
      firstMilliseconds: first.milliseconds,
      results: typeof first.result === "number" ? losses : first.result,
      sample: async () => (await running.run()).milliseconds,
      [Symbol.dispose]: () => running[Symbol.dispose](),
    };
  } catch (error) {
    running[Symbol.dispose]();
    throw error;
  }
}

async function ourEntry(device: Device, student: BenchStudent, task: "forward" | "step"): Promise<Entry> {
  const recipe = benchRecipe(student);
  const networks = await benchNetworks(device, recipe, student.head);
  try {
    const batch = batchOf(recipe, student.size);
    const begin = performance.now();
    const running =
      task === "forward" ? await ourForward(device, student, networks, batch) : await ourStep(device, recipe, networks, batch);
    const first = await running.run();
    const firstMilliseconds = performance.now() - begin;
    const losses = [];
    if (typeof first === "number") {
      losses.push(first);
      for (let step = 1; step < comparedSteps; step++) losses.push(Number(await running.run()));
    } else await running.run();
    return {
      name: nameOf(student.head),
      version: "",
      firstMilliseconds,
      results: typeof first === "number" ? losses : first,
      async sample() {
        const start = performance.now();
        await running.run();
        return performance.now() - start;
      },
      [Symbol.dispose]() {
        running.program[Symbol.dispose]();
        networks[Symbol.dispose]();
      },
    };
  } catch (error) {
    networks[Symbol.dispose]();
    throw error;
  }
}

function nameOf(head: Head): string {
  return head === "upsampleConv" ? "Kindling" : "Kindling, head by definition";
}

interface Ours {
  readonly program: Disposable;
  run(): Promise<Float32Array | number>;
}

async function ourForward(device: Device, student: BenchStudent, networks: Networks, { image, target, mask }: Batch): Promise<Ours> {
  const program: Program = await forwardProgram(device, student, networks, networks.student);
  const joints = mask.length / student.size.batch;
  return {
    program,
    async run() {
      program.write("image", image);
      program.run();
      return toPlanes(await program.read("heatmaps"), student.size.batch, target.length / mask.length, joints);
    },
  };
}

async function ourStep(device: Device, recipe: Recipe, networks: Networks, batch: Batch): Promise<Ours> {
  const program = await TrainStep.create(device, recipe, networks);
  let step = 0;
  return {
    program,
    async run() {
      const settings = { step: ++step, learningRate: benchLearningRate, lossWeights: recipe.losses.map(() => 1) };
      const { losses } = await (await program.run(batch, settings)).outcome;
      return losses.total!; // of every recipe
    },
  };
}

/** The student's weights, a normalised image and targets, in PyTorch's layouts: the same numbers that our entries compute with. */
async function peerWork(
  device: Device,
  size: BenchSize,
  width: number,
): Promise<Omit<PeerTask, "module" | "backend" | "task" | "validate">> {
  const recipe = benchRecipe({ size, width, head: "upsampleConv", precision: "f32", teacher: null });
  using networks = await benchNetworks(device, recipe, "upsampleConv");
  const { image, target } = batchOf(recipe, size);
  const { mean, std } = networks.student.card.input;
  const pixels = size.height * size.width;
  const x = Float32Array.from({ length: size.batch * 3 * pixels }, (_, i) => {
    const [n, channel, pixel] = [Math.floor(i / (3 * pixels)), Math.floor(i / pixels) % 3, i % pixels];
    return (image[4 * (n * pixels + pixel) + channel]! / 255 - mean[channel]!) / std[channel]!;
  });
  const [{ joints }, { heatmap }] = [recipe.student, recipe.data];
  return {
    weights: tensorsOf(await saveWeights(networks.store, networks.student)),
    x: { shape: [size.batch, 3, size.height, size.width], data: x },
    target: { shape: [size.batch, joints, ...heatmap], data: toPlanes(target, size.batch, heatmap[0] * heatmap[1], joints) },
    learningRate: benchLearningRate,
  };
}

function batchOf(recipe: Recipe, size: BenchSize): Batch {
  return randomBatch(size, recipe.data.heatmap, recipe.student.joints, 1);
}

function tensorsOf(weights: StateDict): ReadonlyMap<string, PeerTensor> {
  return new Map([...weights].map(([name, { shape, data }]) => [name, { shape: [...shape], data: Float32Array.from(data) }]));
}

/** [n,pixels,channels] → [n,channels,pixels] */
function toPlanes(values: Float32Array, batch: number, pixels: number, channels: number): Float32Array {
  const planes = new Float32Array(values.length);
  for (let n = 0; n < batch; n++) {
    for (let pixel = 0; pixel < pixels; pixel++) {
      for (let channel = 0; channel < channels; channel++) {
        planes[(n * channels + channel) * pixels + pixel] = values[(n * pixels + pixel) * channels + channel]!;
      }
    }
  }
  return planes;
}

function sentenceOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.trim().split("\n")[0]!.slice(0, 300);
}
