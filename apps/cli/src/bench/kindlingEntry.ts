import type { Batch } from "@kindling/data";
import type { Device } from "@kindling/gpu";
import { type StateDict, saveWeights } from "@kindling/models";
import { type Networks, type Recipe, TrainStep } from "@kindling/trainer";
import type { BenchSize } from "./benchSize.ts";
import { type BenchStudent, benchLearningRate, benchNetworks, benchRecipe, type Head, randomBatch } from "./benchStudent.ts";
import { comparedSteps, type Entry } from "./peerEntry.ts";
import type { PeerTask, PeerTensor } from "./peerMessage.ts";
import { forwardProgram } from "./stepCase.ts";

/** Our step or forward pass, compiled, and run until it is warm. */
export async function kindlingEntry(device: Device, student: BenchStudent, task: "forward" | "step"): Promise<Entry> {
  const recipe = benchRecipe(student);
  const networks = benchNetworks(device, recipe, student.head);
  try {
    const batch = batchOf(recipe, student.size);
    const begin = performance.now();
    const running = task === "forward" ? await forwardOf(device, student, networks, batch) : await stepOf(device, recipe, networks, batch);
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
      reduced: false,
      problem: () => undefined,
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

async function forwardOf(device: Device, student: BenchStudent, networks: Networks, { image, targets }: Batch): Promise<Ours> {
  const program = await forwardProgram(device, student.size, networks, networks.student);
  const [cells, joints] = [targets.target!.length / targets.mask!.length, targets.mask!.length / student.size.batch];
  return {
    program,
    async run() {
      program.write("image", image);
      program.run();
      return toPlanes(await program.read("heatmaps"), student.size.batch, cells, joints);
    },
  };
}

async function stepOf(device: Device, recipe: Recipe, networks: Networks, batch: Batch): Promise<Ours> {
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
export async function peerWork(
  device: Device,
  size: BenchSize,
  width: number,
): Promise<Omit<PeerTask, "module" | "backend" | "task" | "validate" | "python">> {
  const recipe = benchRecipe({ size, width, head: "upsampleConv", precision: "f32", teacher: null });
  using networks = benchNetworks(device, recipe, "upsampleConv");
  const { image, targets } = batchOf(recipe, size);
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
    target: { shape: [size.batch, joints, ...heatmap], data: toPlanes(targets.target!, size.batch, heatmap[0] * heatmap[1], joints) },
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
