import { Graph, type ParameterStore, type Tensor, type Variable } from "@kindling/autograd";
import { BatchNorm2d, batchNormEpsilon } from "./layers/batchNorm2d.ts";
import { Conv2d, type FoldedNorm } from "./layers/conv2d.ts";
import { type AnyModule, modulesOf } from "./module.ts";
import type { PoseModel } from "./poseModel.ts";

/** What must stay as it is. */
export interface FoldBatchNormOptions {
  /** Paths of tensors that someone looks at: a convolution whose output is one of them keeps its batch norm. */
  readonly keep?: readonly string[];
}

/**
 * Makes every convolution of a frozen network do the batch norm that alone follows it, and that one's ReLU: in evaluation both are affine, so
 * norm(conv(x)) is one convolution with weight · s and bias β − mean · s, s = γ / √(variance + ε). Names and shapes of the state dict stay;
 * {@link loadWeights} computes the folded numbers, once. The network can be neither trained nor saved afterwards, and the folded
 * convolutions' own outputs have no names. Folding again changes nothing.
 * Returns the biases, which the store needs beside the network's variables.
 */
export function foldBatchNorm(model: PoseModel, { keep = [] }: FoldBatchNormOptions = {}): readonly Variable[] {
  const modules = new Map([...modulesOf(model)].map((module) => [module.path, module]));
  const graph = new Graph();
  model.call(graph.input("image", [1, ...model.card.inputSize, 4], "f32"), "eval");
  const readers = new Map<Tensor, number>();
  for (const { inputs } of graph.nodes) for (const input of inputs) readers.set(input, (readers.get(input) ?? 0) + 1);
  for (const node of graph.nodes) {
    const [x] = node.inputs;
    const norm = modules.get(node.path);
    if (!(norm instanceof BatchNorm2d) || x?.source.kind !== "node" || readers.get(x) !== 1) continue;
    const { path } = x.source.node;
    const convolution = modules.get(path);
    if (!(convolution instanceof Conv2d) || keep.includes(`${path}.out`)) continue;
    convolution.fold(norm);
    norm.leaveToConvolution();
  }
  return foldedIn(model).map(({ bias }) => bias);
}

/** What was folded below a module. */
export function foldedIn(module: AnyModule): readonly (FoldedNorm & { readonly convolution: Conv2d })[] {
  return [...modulesOf(module)].flatMap((part) => (part instanceof Conv2d && part.folded ? [{ ...part.folded, convolution: part }] : []));
}

/** Writes the folded weights and biases below a module to the store; `numbersOf` gives the numbers that were not folded, as they lie in memory. */
export function writeFolded(store: ParameterStore, module: AnyModule, numbersOf: (variable: Variable) => Float32Array): void {
  for (const folded of foldedIn(module)) {
    const { weight } = folded.convolution;
    const { scale, bias } = foldedAffine(folded, numbersOf);
    store.write(
      weight,
      numbersOf(weight).map((value, at) => value * scale[at % scale.length]!),
    );
    store.write(folded.bias, bias);
  }
}

/** What a folded batch norm makes of a convolution: the factor of each output channel's weights, in float64, and the bias, rounded to f32 once. */
export function foldedAffine(
  { norm, convolution }: FoldedNorm & { readonly convolution: Conv2d },
  numbersOf: (variable: Variable) => Float32Array,
): { readonly scale: Float64Array; readonly bias: Float32Array } {
  const [gamma, beta, mean, variance] = [norm.weight, norm.bias, norm.running_mean, norm.running_var].map(numbersOf);
  const before = convolution.bias && numbersOf(convolution.bias);
  const scale = Float64Array.from(gamma!, (value, channel) => value / Math.sqrt(variance![channel]! + batchNormEpsilon));
  const bias = Float32Array.from(beta!, (value, channel) => value + ((before?.[channel] ?? 0) - mean![channel]!) * scale[channel]!);
  return { scale, bias };
}
