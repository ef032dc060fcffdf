import { adaptiveWing, backward, compile, Graph, mse, spatialKl, type Tensor } from "@kindling/autograd";
import { type Device, type Shape, sizeOf } from "@kindling/gpu";
import { checked, compared, type GoldenOutcome, goldenBound, type TensorCheck } from "./goldenCase.ts";
import { field, number, numbers } from "./jsonValues.ts";
import { valuesToFile, valuesToMemory } from "./torchLayout.ts";

/** Operands of the losses in `domain/losses.json`, heatmaps [2,8,6,3]; `visible` is 1 where its target weight is positive, `all` is 1. */
interface Operands {
  readonly prediction: Tensor;
  readonly teacher: Tensor;
  readonly target: Tensor;
  readonly visible: Tensor;
  readonly all: Tensor;
}

/** Our losses by the names of `domain/losses.json`. */
export const domainLosses: Readonly<Record<string, (operands: Operands) => Tensor>> = {
  "seed0 AdaptiveWing masked(pred*m,tgt*m)": ({ prediction, target, visible }) =>
    adaptiveWing(prediction, target, visible, { normalization: "all" }),
  "seed0 AdaptiveWing unmasked": ({ prediction, target, all }) => adaptiveWing(prediction, target, all, { normalization: "all" }),
  "seed0 spatial_kl batchmean T=1.0": ({ prediction, teacher }) =>
    spatialKl(prediction, teacher, { temperature: 1, normalization: "batch" }),
  "seed0 spatial_kl batchmean T=4.0": ({ prediction, teacher }) =>
    spatialKl(prediction, teacher, { temperature: 4, normalization: "batch" }),
  "seed0 feature MSE mean (pred vs teach)": ({ prediction, teacher }) => mse(prediction, teacher),
};

/** Runs a loss on the inputs that the file gives by formula; compares it, its gradient's sums and first four elements. */
export async function checkLoss(device: Device, build: (operands: Operands) => Tensor, entry: unknown): Promise<GoldenOutcome> {
  const graph = new Graph();
  const prediction = graph.input("prediction", heatmaps, "f32");
  const operands: Operands = {
    prediction,
    teacher: graph.input("teacher", heatmaps, "f32"),
    target: graph.input("target", heatmaps, "f32"),
    visible: graph.input("visible", maps, "f32"),
    all: graph.input("all", maps, "f32"),
  };
  const loss = build(operands);
  const [gradient] = backward(loss, [prediction]);
  using program = await compile(graph, device, { store: null, outputs: { loss, gradient: gradient! } });
  const inputs = { prediction: wave(0.37, 0.1, 0.6, 0.2), teacher: wave(0.23, 0.5, 0.7, 0.3), target: gaussians() };
  for (const [name, values] of Object.entries(inputs)) program.write(name, Float32Array.from(valuesToMemory(values, heatmaps, "image")));
  program.write("visible", Float32Array.of(1, 0, 1, 1, 1, 1));
  program.write("all", new Float32Array(sizeOf(maps)).fill(1));
  program.run();
  const values = valuesToFile(await program.read("gradient"), heatmaps, "image");
  return checked([compared("loss", await program.read("loss"), [number(field(entry, "loss"))]), ...gradientChecks(values, entry)]);
}

const heatmaps: Shape = [2, 8, 6, 3];
const maps: Shape = [2, 3];

function gradientChecks(gradient: Float32Array, entry: unknown): TensorCheck[] {
  const absolute = number(field(entry, "grad_pred_abs_sum"));
  const sum = (values: ArrayLike<number>): number => Array.from(values).reduce((total, value) => total + value, 0);
  return [
    // The sum may be zero but for rounding, so it is measured by the sum of absolute values.
    {
      name: "grad_pred_sum",
      error: Math.abs(sum(gradient) - number(field(entry, "grad_pred_sum"))) / absolute,
      bound: goldenBound,
    },
    compared("grad_pred_abs_sum", [sum(gradient.map(Math.abs))], [absolute]),
    compared("grad_pred_first4", gradient.subarray(0, 4), numbers(field(entry, "grad_pred_first4"))),
  ];
}

/** offset + amplitude · sin(a·i + b), in the order of a file. */
function wave(a: number, b: number, amplitude: number, offset: number): Float32Array {
  return Float32Array.from({ length: sizeOf(heatmaps) }, (_, i) => offset + amplitude * Math.sin(a * i + b));
}

/** The targets, [2,3,8,6]: a Gaussian with σ = 2 about each centre. */
function gaussians(): Float32Array {
  const centers = [2, 3, 4, 1, 0, 7, 5, 5, 1, 1, 3, 4];
  return Float32Array.from({ length: sizeOf(heatmaps) }, (_, i) => {
    const map = Math.floor(i / 48);
    const [x, y] = [i % 6, Math.floor((i % 48) / 6)];
    return Math.exp(-((x - centers[2 * map]!) ** 2 + (y - centers[2 * map + 1]!) ** 2) / 8);
  });
}
