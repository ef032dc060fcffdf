import { readFileSync } from "node:fs";
import {
  batchNorm,
  batchNormTrainingOp,
  compile,
  Graph,
  maxPool2d,
  pullback,
  record,
  resizeBilinear,
  resizeNearest,
  type Tensor,
} from "@kindling/autograd";
import { openDevice } from "@kindling/gpu";
import { readSafetensors } from "@kindling/models";
import { expect, test } from "vitest";
import { relativeError } from "../checkOp.ts";

const device = await openDevice();

interface Stored {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** An entry of index.json: attributes of a call to PyTorch. */
interface Entry {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly gradients: readonly string[];
  readonly size: readonly [height: number, width: number];
  readonly align_corners: boolean;
  readonly kernel: number;
  readonly stride: number;
  readonly padding: number;
  readonly ceil_mode: boolean;
  readonly eps: number;
}

type Build = (inputs: Readonly<Record<string, Tensor>>, entry: Entry) => Tensor;

const bilinear: Build = ({ x }, { size, align_corners }) => resizeBilinear(x!, size, { alignCorners: align_corners });
const maxPool: Build = ({ x }, { kernel, stride, padding, ceil_mode }) => maxPool2d(x!, { kernel, stride, padding, ceilMode: ceil_mode });

test.each<[name: string, build: Build]>([
  ...["0", "1", "2", "3", "4"].map((name): [string, Build] => [`max_pool2d_${name}`, maxPool]),
  ...["0", "1", "2", "3", "4", "align"].map((name): [string, Build] => [`interpolate_bilinear_${name}`, bilinear]),
  ["interpolate_nearest", ({ x }, { size }) => resizeNearest(x!, size)],
  [
    "batch_norm_train",
    ({ x, weight, bias }, { eps }) => record(batchNormTrainingOp, [x!, weight!, bias!], { epsilon: eps, activation: "none" })[0]!,
  ],
  [
    "batch_norm_eval",
    ({ x, weight, bias, running_mean, running_var }, { eps }) =>
      batchNorm(x!, weight!, bias!, running_mean!, running_var!, { training: false, epsilon: eps }),
  ],
])("%s and its gradients equal PyTorch's", async (name, build) => {
  const entry = index()[name]!;
  const stored = readSafetensors(readFileSync(golden(`${name}.safetensors`))).tensors;
  const graph = new Graph();
  const inputs = Object.fromEntries(
    [...entry.inputs, "cotangent"].map((key) => [key, graph.input(key, toLastAxis(stored.get(key)!).shape, "f32")]),
  );
  const output = build(inputs, entry);
  const gradients = pullback(
    [[output, inputs.cotangent!]],
    entry.gradients.map((key) => inputs[key]!),
  );
  const wanted = Object.fromEntries(entry.gradients.map((key, i) => [`grad_${key}`, gradients[i]!]));
  using program = await compile(graph, device, { store: null, outputs: { output, ...wanted } });
  for (const key of Object.keys(inputs)) program.write(key, Float32Array.from(toLastAxis(stored.get(key)!).data));
  program.run();
  for (const key of ["output", ...Object.keys(wanted)]) {
    expect(relativeError(await program.read(key), toLastAxis(stored.get(key)!).data), key).toBeLessThan(2e-6);
  }
});

function golden(file: string): URL {
  return new URL(`../../../../test/golden/ops/${file}`, import.meta.url);
}

function index(): Readonly<Record<string, Entry>> {
  return JSON.parse(readFileSync(golden("index.json"), "utf8"));
}

/** [n,c,h,w] as [n,h,w,c]; vectors as they are. */
function toLastAxis({ shape, data }: Stored): Stored {
  if (shape.length !== 4) return { shape, data };
  const [n, c, h, w] = shape as [number, number, number, number];
  const at = (image: number, channel: number, pixel: number) => (image * c + channel) * h * w + pixel;
  const result = Float32Array.from(data, (_, i) => data[at(Math.floor(i / (h * w * c)), i % c, Math.floor(i / c) % (h * w))]!);
  return { shape: [n, h, w, c], data: result };
}
