import { readFile } from "node:fs/promises";
import path from "node:path";
import { compile, Graph } from "@kindling/autograd";
import { sizeOf } from "@kindling/gpu";
import { type ModelOutput, outputsOf, readWeights, writeSafetensors } from "@kindling/models";
import { loadNetwork, type NetworkFile, writeFileAtomically } from "@kindling/trainer";
import { InputError } from "./exit.ts";
import { makeOutputFolder } from "./outputFolder.ts";
import type { Progress } from "./progress.ts";
import { openTunedDevice } from "./tune/tunedDevice.ts";

/** A network and the files between which it runs. */
export interface HeatmapsOfTensorOptions {
  /** The network for images of [height, width]. */
  readonly readNetwork: (input: readonly [number, number]) => Promise<NetworkFile>;
  /** Safetensors file with `x` [n,3,h,w], normalised as the network expects it. */
  readonly tensor: string;
  /** Safetensors file to write: what the network puts out by its card's names, `heatmaps` [n,k,h',w'] for most, `simcc_x` [n,k,bins] and so on. */
  readonly heatmaps: string;
  readonly progress: Progress;
}

/** What {@link heatmapsOfTensor} wrote, and how long the network took for it, transfers included, compiling not. */
export interface TensorHeatmaps {
  /** Of each tensor, by name. */
  readonly shapes: Readonly<Record<string, readonly number[]>>;
  readonly milliseconds: number;
}

/** Images that the network takes at once; more are fed one such batch after another. */
const largestBatch = 16;

/** Runs the network alone: a tensor in, a tensor out, both laid out as PyTorch's. */
export async function heatmapsOfTensor({ readNetwork, tensor, heatmaps, progress }: HeatmapsOfTensorOptions): Promise<TensorHeatmaps> {
  const { shape, data } = await readImages(tensor);
  const [n, , height, width] = shape;
  const network = await readNetwork([height, width]);
  const { model } = network;
  await makeOutputFolder("heatmaps", path.dirname(heatmaps));

  const batch = Math.min(n, largestBatch);
  using device = await openTunedDevice((text) => progress.note(text));
  using loaded = loadNetwork(device, network);
  const graph = new Graph();
  const tensors = outputsOf(model, graph.input("x", [batch, height, width, 4], "f32"), "eval");
  const made = model.card
    .outputs([height, width])
    .map(({ name, kind, shape }, i) => ({ name, tensor: tensors[i]!, shape, isMap: isMap(kind) }));
  using program = await compile(graph, device, {
    store: loaded.store,
    outputs: Object.fromEntries(made.map(({ name, tensor }) => [name, tensor])),
  });
  const perImage = 3 * height * width;
  const results = made.map(({ shape }) => new Float32Array(n * sizeOf(shape)));
  let milliseconds = 0;
  for (let first = 0; first < n; first += batch) {
    const images = channelsLast(data.subarray(first * perImage, (first + batch) * perImage), batch, height * width);
    const start = performance.now();
    program.write("x", images);
    program.run();
    const values = await Promise.all(made.map(({ name }) => program.read(name)));
    milliseconds += performance.now() - start;
    const count = Math.min(batch, n - first);
    for (const [i, { shape, isMap }] of made.entries()) {
      const [rows = 1, columns = 1, channels = 1] = shape;
      const part = isMap ? channelsFirst(values[i]!, count, rows * columns, channels) : values[i]!.subarray(0, count * sizeOf(shape));
      results[i]!.set(part, first * sizeOf(shape));
    }
  }
  const written = made.map(({ name, shape, isMap }, i) => {
    const [rows = 1, columns = 1, channels = 1] = shape;
    return [name, { shape: isMap ? [n, channels, rows, columns] : [n, ...shape], data: results[i]! }] as const;
  });
  await writeFileAtomically(heatmaps, writeSafetensors(new Map(written)));
  return { shapes: Object.fromEntries(written.map(([name, { shape }]) => [name, shape])), milliseconds };
}

/** Whether PyTorch has its channels first. */
function isMap(kind: ModelOutput["kind"]): boolean {
  return kind === "heatmaps" || kind === "pafs";
}

async function readImages(
  file: string,
): Promise<{ readonly shape: readonly [number, number, number, number]; readonly data: Float32Array }> {
  const bytes = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    throw new InputError(`tensor: ${file} cannot be read (${error.code === "ENOENT" ? "there is no such file" : error.message})`);
  });
  const tensors = readWeights(bytes, file);
  const x = tensors.get("x");
  if (!x) throw new InputError(`${file}: holds no tensor x [n,3,h,w], only ${[...tensors.keys()].slice(0, 5).join(", ") || "nothing"}`);
  const [n, channels, height, width, ...more] = x.shape;
  if (!n || channels !== 3 || !height || !width || more.length > 0) {
    throw new InputError(`${file}: x must be images [n,3,h,w]; got [${x.shape.join(", ")}]`);
  }
  return { shape: [n, channels, height, width], data: x.data };
}

/** Images [count,3,pixels], `batch` at most, as [batch,pixels,4]: the rest is zero. */
function channelsLast(images: Float32Array, batch: number, pixels: number): Float32Array<ArrayBuffer> {
  const result = new Float32Array(batch * pixels * 4);
  for (const [at, value] of images.entries()) {
    const plane = Math.floor(at / pixels);
    result[(Math.floor(plane / 3) * pixels + (at % pixels)) * 4 + (plane % 3)] = value;
  }
  return result;
}

/** The first `count` of maps [batch,pixels,channels] as [count,channels,pixels]. */
function channelsFirst(maps: Float32Array, count: number, pixels: number, channels: number): Float32Array {
  const result = new Float32Array(count * pixels * channels);
  for (let image = 0; image < count; image++)
    for (let pixel = 0; pixel < pixels; pixel++)
      for (let channel = 0; channel < channels; channel++)
        result[(image * channels + channel) * pixels + pixel] = maps[(image * pixels + pixel) * channels + channel]!;
  return result;
}
