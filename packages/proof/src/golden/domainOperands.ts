import type { Graph, Tensor } from "@kindling/autograd";
import { type Shape, sizeOf } from "@kindling/gpu";
import { type TorchLayout, valuesToMemory } from "./torchLayout.ts";

/** Names of the operands that `domain/losses.json` gives by formula. */
export type OperandName =
  | "prediction"
  | "teacher"
  | "target"
  | "weight"
  | "visible"
  | "all"
  | "pafPrediction"
  | "pafTeacher"
  | "pafTarget"
  | "xPrediction"
  | "xTeacher"
  | "xTarget"
  | "yPrediction"
  | "yTeacher"
  | "yTarget"
  | "featurePrediction"
  | "featureTeacher";

/** The operands as inputs of one graph. */
export type Operands = Readonly<Record<OperandName, Tensor>>;

/** An operand: its shape in memory, its layout in a file, and the formula of element i in the order of the file. */
export interface DomainOperand {
  readonly shape: Shape;
  readonly layout: TorchLayout;
  value(i: number): number;
}

const heatmaps: Shape = [2, 8, 6, 3];
const maps: Shape = [2, 3];
const pafs: Shape = [2, 8, 6, 4];
const features: Shape = [2, 4, 3, 5];
/** SimCC logits of 2 images and 3 joints over 12 columns and over 16 rows. */
const columns: Shape = [2, 3, 12];
const rows: Shape = [2, 3, 16];
/** The target weight of each map. */
const weights = [1, 0, 1, 1, 1, 0.5];

/** Heatmaps, target weights, part affinity fields, SimCC logits and features; `visible` is 1 where the target weight is positive. */
export const domainOperands: Readonly<Record<OperandName, DomainOperand>> = {
  prediction: { shape: heatmaps, layout: "image", value: wave(0.37, 0.1, 0.6, 0.2) },
  teacher: { shape: heatmaps, layout: "image", value: wave(0.23, 0.5, 0.7, 0.3) },
  target: { shape: heatmaps, layout: "image", value: gaussian },
  weight: { shape: maps, layout: "plain", value: (i) => weights[i]! },
  visible: { shape: maps, layout: "plain", value: (i) => Math.sign(weights[i]!) },
  all: { shape: maps, layout: "plain", value: () => 1 },
  pafPrediction: { shape: pafs, layout: "image", value: wave(0.19, 0.3, 0.5) },
  pafTeacher: { shape: pafs, layout: "image", value: wave(0.29, 0.7, 0.5) },
  pafTarget: { shape: pafs, layout: "image", value: wave(0.41, 0.2, 0.5) },
  xPrediction: { shape: columns, layout: "plain", value: wave(0.31, 0.2, 2) },
  xTeacher: { shape: columns, layout: "plain", value: wave(0.27, 0.6, 2) },
  xTarget: { shape: columns, layout: "plain", value: bump(12, (image, joint) => 2 + 3 * image + 2 * joint) },
  yPrediction: { shape: rows, layout: "plain", value: wave(0.21, 0.4, 2) },
  yTeacher: { shape: rows, layout: "plain", value: wave(0.33, 0.8, 2) },
  yTarget: { shape: rows, layout: "plain", value: bump(16, (image, joint) => 3 + 2 * image + 3 * joint) },
  featurePrediction: { shape: features, layout: "image", value: wave(0.17, 0.1) },
  featureTeacher: { shape: features, layout: "image", value: wave(0.13, 0.9) },
};

/** Records every operand as an input of the graph by its name. */
export function recordOperands(graph: Graph): Operands {
  const entries = Object.entries(domainOperands).map(([name, { shape }]) => [name, graph.input(name, shape, "f32")]);
  return Object.fromEntries(entries) as Operands; // one entry a name
}

/** Values of every operand by its name, as they lie in memory. */
export function operandValues(): readonly (readonly [name: string, values: Float32Array<ArrayBuffer>])[] {
  return Object.entries(domainOperands).map(([name, { shape, layout, value }]) => {
    const inFile = Float32Array.from({ length: sizeOf(shape) }, (_, i) => value(i));
    return [name, Float32Array.from(valuesToMemory(inFile, shape, layout))];
  });
}

/** offset + amplitude · sin(a·i + b). */
function wave(a: number, b: number, amplitude = 1, offset = 0): (i: number) => number {
  return (i) => offset + amplitude * Math.sin(a * i + b);
}

/** A Gaussian with σ = 2 about the centre of each map of [2,3,8,6]. */
function gaussian(i: number): number {
  const centers = [2, 3, 4, 1, 0, 7, 5, 5, 1, 1, 3, 4];
  const map = Math.floor(i / 48);
  const [x, y] = [i % 6, Math.floor((i % 48) / 6)];
  return Math.exp(-((x - centers[2 * map]!) ** 2 + (y - centers[2 * map + 1]!) ** 2) / 8);
}

/** A Gaussian with σ = 1.5 over `bins`, about the centre of each image's joint. */
function bump(bins: number, center: (image: number, joint: number) => number): (i: number) => number {
  return (i) => {
    const row = Math.floor(i / bins);
    return Math.exp(-(((i % bins) - center(Math.floor(row / 3), row % 3)) ** 2) / 4.5);
  };
}
