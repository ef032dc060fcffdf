import { resizeBilinear } from "@kindling/autograd";
import type { Batch } from "@kindling/data";
import type { Device } from "@kindling/gpu";
import { createModel, heatmapSizeOf, heatmapsAt, type PoseModel, SqueezeNetHPE } from "@kindling/models";
import { createRandom } from "@kindling/pose";
import { createNetworks, type Networks, parseRecipe, type Recipe } from "@kindling/trainer";
import type { BenchSize } from "./benchSize.ts";

/** How the student computes its heatmaps: as it does (the convolution's taps where the image is small), or by the definition. */
export type Head = "upsampleConv" | "convolution after resize";

/** What is trained in a benchmark. */
export interface BenchStudent {
  readonly size: BenchSize;
  /** Multiplies the student's channels. */
  readonly width: number;
  readonly head: Head;
  readonly precision: "f32" | "f16";
  /** A frozen network that is computed in each step; null for ground truth alone. */
  readonly teacher: string | null;
  /** Parts that the batch of a step is computed in; default 1. */
  readonly accumulate?: number;
}

/** The recipe of a benchmark's step: AdamW and mean squared errors, against the ground truth and, where there is one, the teacher. */
export function benchRecipe({ size: { height, width, batch }, width: channels, precision, teacher, accumulate = 1 }: BenchStudent): Recipe {
  const set = "{ data: none.json, images: none }"; // never read: the batches are random
  return parseRecipe(
    [
      "name: bench",
      "seed: 1",
      `student: { model: squeezenet-hpe, width: ${channels} }`,
      ...(teacher === null ? [] : [`teacher: { model: ${teacher}, weights: none.safetensors }`]),
      `data: { train: ${set}, validation: ${set}, input: [${height}, ${width}], batchSize: ${batch}, workers: 0, cache: false }`,
      "losses:",
      "  - { name: gt, kind: mse, against: groundTruth, weight: 1 }",
      ...(teacher === null ? [] : ["  - { name: kd, kind: mse, against: teacher, weight: 1 }"]),
      `optimizer: { kind: adamw, learningRate: ${benchLearningRate}, weightDecay: 0 }`,
      "schedule: { kind: warmupCosine, warmupEpochs: 1, epochs: 2 }",
      `precision: ${precision}`,
      `accumulate: ${accumulate}`,
    ].join("\n"),
    "bench.yaml",
  );
}

/** @throws ModelError when the student of a benchmark cannot learn from a network of this name: there is none, or it makes other heatmaps. */
export function assertTeacher(name: string): void {
  const { card } = createModel(name, { joints: 17 });
  heatmapsAt(card, card.inputSize);
}

/** Learning rate of every step of a benchmark. */
export const benchLearningRate = 1e-4;

/** The networks of a recipe, initialised from its seed; `head` decides what the student's forward pass records, not what it computes. */
export function benchNetworks(device: Device, recipe: Recipe, head: Head): Networks {
  const networks = createNetworks(device, recipe, null);
  if (head === "convolution after resize") convolveAfterResize(networks.student);
  return networks;
}

/** Records the student's head by the definition, with the same weights. */
export function convolveAfterResize(student: PoseModel): void {
  if (!(student instanceof SqueezeNetHPE)) throw new Error(`${student.card.name} has another head`);
  student.forward = (image, mode) => {
    const [, height, width] = image.shape;
    const features = resizeBilinear(student.backbone.call(image, mode), heatmapSizeOf(student.card, [height!, width!]));
    return student.conv_heatmap.forward(features);
  };
}

/** Random pixels, targets in 0 … 1, and every joint visible. */
export function randomBatch({ height, width, batch }: BenchSize, heatmap: readonly [number, number], joints: number, seed: number): Batch {
  const random = createRandom(seed);
  return {
    image: Uint8Array.from({ length: batch * height * width * 4 }, (_, i) => (i % 4 === 3 ? 255 : Math.floor(256 * random()))),
    targets: {
      target: Float32Array.from({ length: batch * heatmap[0] * heatmap[1] * joints }, random),
      mask: new Float32Array(batch * joints).fill(1),
    },
    indices: Uint32Array.from({ length: batch }, (_, i) => i),
    valid: batch,
  };
}
