import { Graph, graphCosts, type Node, type Tensor, type Variable } from "@kindling/autograd";
import { byteLengthOf, sizeOf } from "@kindling/gpu";
import { fileShape } from "./fileLayout.ts";
import { foldedIn } from "./foldBatchNorm.ts";
import { Conv2d } from "./layers/conv2d.ts";
import { ConvTranspose2d } from "./layers/convTranspose2d.ts";
import { Linear } from "./layers/linear.ts";
import { type AnyModule, modulesOf, variablesOf } from "./module.ts";
import { outputsOf, type PoseModel } from "./poseModel.ts";

/** What a layer holds and does in a forward pass. */
export interface ModelLayer {
  /** Module path; "" for what no module recorded. */
  readonly name: string;
  readonly ops: readonly string[];
  /** With those of a batch norm that was folded into it. */
  readonly parameters: number;
  /** Multiply–accumulates by the layer's definition, for one image; 0 where it is neither a convolution nor linear. */
  readonly macs: number;
  /** Those that our kernels compute instead (half their floating point operations): an exact but different algorithm, or padded channels. */
  readonly computedMacs: number;
  /** Bytes of what it puts out, whole batch. */
  readonly activationBytes: number;
}

/** What a network costs in a forward pass. */
export interface ModelCosts {
  /** As papers count them: no running statistics, three channels of an image. */
  readonly parameters: number;
  /**
   * Multiply–accumulates of the convolutions and linear layers for one image: what papers call its FLOPs. HRNet's "7.1 GFLOPs" are these divided by 2^30.
   */
  readonly macs: number;
  readonly computedMacs: number;
  /** Bytes of parameters and running statistics in memory. */
  readonly variableBytes: number;
  /** Bytes of all layers' outputs, as if none shared memory. */
  readonly activationBytes: number;
  /** Bytes that the forward pass takes beside its variables, with memory shared. */
  readonly plannedBytes: number;
  /** In the order of the forward pass. */
  readonly layers: readonly ModelLayer[];
}

/**
 * Parameters, work and memory of a network in evaluation mode, by layer, with activations stored as `dtype`; needs no adapter.
 * @throws ShapeError or RangeError when the network takes no input of [height, width].
 */
export function modelCosts(
  model: PoseModel,
  [height, width]: readonly [number, number],
  batch: number,
  dtype: "f32" | "f16" = "f32",
): ModelCosts {
  const graph = new Graph();
  const costs = graphCosts(graph, outputsOf(model, graph.input("image", [batch, height, width, 4], dtype), "eval"));
  const variables = [...variablesOf(model).values()];
  const homes = new Map(foldedIn(model).map(({ norm, convolution }) => [norm.path, convolution.path]));
  const parameters = groupSum(
    variables.filter(({ role }) => role === "parameter"),
    (variable) => homes.get(moduleOf(variable)) ?? moduleOf(variable),
    (variable) => sizeOf(fileShape(variable)),
  );
  const macs = new Map(
    [...modulesOf(model)].flatMap((module) => (isWeighted(module) ? [[module.path, macsOf(module, graph)] as const] : [])),
  );
  const layers = costs.layers.map(({ layer, ops, flops, activationBytes }) => {
    const ofLayer = (macs.get(layer) ?? 0) / batch;
    const computedMacs = ofLayer > 0 ? flops / 2 / batch : 0;
    return { name: layer, ops, parameters: parameters.get(layer) ?? 0, macs: ofLayer, computedMacs, activationBytes };
  });
  const total = (of: (layer: ModelLayer) => number) => layers.reduce((sum, layer) => sum + of(layer), 0);
  return {
    parameters: [...parameters.values()].reduce((sum, count) => sum + count, 0),
    macs: total((layer) => layer.macs),
    computedMacs: total((layer) => layer.computedMacs),
    variableBytes: variables.reduce((sum, variable) => sum + byteLengthOf(variable), 0),
    activationBytes: total((layer) => layer.activationBytes),
    plannedBytes: costs.plannedBytes,
    layers,
  };
}

/** Layers whose weights are multiplied. */
type WeightedLayer = Conv2d | ConvTranspose2d | Linear;

function isWeighted(module: AnyModule): module is WeightedLayer & AnyModule {
  return module instanceof Conv2d || module instanceof ConvTranspose2d || module instanceof Linear;
}

/** Each weight is multiplied once for each pixel that a convolution puts out, that a transposed one takes in, or for each row of a linear layer. */
function macsOf(module: WeightedLayer & AnyModule, graph: Graph): number {
  return rowsOf(module, graph) * sizeOf(fileShape(module.weight));
}

/** Of a convolution by its name, or by what the op that reads its weight convolves: that op may put out something else. */
function rowsOf(module: WeightedLayer & AnyModule, graph: Graph): number {
  const reader = readerOf(graph.use(module.weight));
  const named = `${module.path}.out`;
  const output = graph.paths.includes(named) ? graph.find(named) : null;
  if (module instanceof Conv2d && !output) return reader ? module.outPixels(reader.inputs[0]!) : 0;
  const counted = module instanceof ConvTranspose2d ? reader?.inputs[0] : (output ?? reader?.outputs[0]);
  return counted ? sizeOf(counted.shape.slice(0, -1)) : 0;
}

/** The node that computes with a weight, cast or not. */
function readerOf(weight: Tensor): Node | undefined {
  const reader = weight.graph.nodes.find(({ inputs }) => inputs.includes(weight));
  return reader?.op.name === "cast" ? readerOf(reader.outputs[0]!) : reader;
}

function moduleOf({ name }: Variable): string {
  return name.slice(0, Math.max(0, name.lastIndexOf(".")));
}

function groupSum<T>(values: readonly T[], key: (value: T) => string, size: (value: T) => number): ReadonlyMap<string, number> {
  const sums = new Map<string, number>();
  for (const value of values) sums.set(key(value), (sums.get(key(value)) ?? 0) + size(value));
  return sums;
}
