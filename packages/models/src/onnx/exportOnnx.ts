import { Graph, type Node, type Tensor, type Variable } from "@kindling/autograd";
import { fileShape } from "../fileLayout.ts";
import { foldedAffine, foldedIn } from "../foldBatchNorm.ts";
import { assertWeightsFit } from "../loadVariables.ts";
import type { HeightWidth, ModelCard } from "../modelCard.ts";
import { ModelError } from "../modelError.ts";
import { variablesOf } from "../module.ts";
import { outputsOf, type PoseModel } from "../poseModel.ts";
import type { StateDict } from "../stateDict/stateDict.ts";
import { batchName, OnnxGraph, type OnnxWeight } from "./onnxGraph.ts";
import type { OnnxModel } from "./onnxModel.ts";
import type { OnnxRule } from "./onnxRule.ts";
import { arrayRules } from "./rules/arrays.ts";
import { convolutionRules } from "./rules/convolutions.ts";
import { elementwiseRules } from "./rules/elementwise.ts";
import { imageRules } from "./rules/images.ts";

/**
 * A network in evaluation mode as an ONNX model: input `image` [batch,3,height,width], normalised and in the channel order of its card, outputs
 * with the names of the card in PyTorch's layouts (maps [batch,k,h,w], SimCC [batch,k,bins]); the batch varies. Weights have the names of the
 * state dict; a batch norm that was folded (foldBatchNorm) is in the weight and bias of its convolution. `source` names the weights in messages.
 * @throws WeightsMismatchError for weights of another network, ModelError for an op that has no rule.
 */
export function exportOnnx(model: PoseModel, weights: StateDict, source: string, input: HeightWidth): OnnxModel {
  const { card } = model;
  assertWeightsFit(variablesOf(model), weights, source);
  const graph = new Graph();
  // Two images: a batch of one could not be told from other axes of size 1.
  const image = graph.input("image", [2, ...input, 4], "f32");
  const outputs = new Map(outputsOf(model, image, "eval").map((tensor, i) => [tensor, card.outputs(input)[i]!.name]));
  const onnx = new OnnxGraph(weightsOf(model, weights));
  onnx.addInput(image, inputName);
  for (const name of outputs.values()) onnx.reserve(name);
  const nodes = neededNodes(graph, outputs.keys());
  for (const node of nodes) {
    const tensor = node.outputs[0]!; // other outputs serve gradients
    const name = outputs.get(tensor);
    const path = relativeName(model, node.path);
    const rule = ruleOf(node);
    const made = onnx.within(path, () => rule.write(node, onnx));
    onnx.define(tensor, rule.reads(node), made, name ?? (relativeName(model, tensor.name) || made), name !== undefined);
  }
  return {
    name: card.name,
    description: `${card.source}; input ${inputName}: (byte / 255 − mean) / std, ${card.input.channelOrder.toUpperCase()}`,
    nodes: onnx.nodes,
    initializers: onnx.initializers,
    inputs: [{ name: inputName, shape: [batchName, 3, ...input] }],
    outputs: [...outputs].map(([tensor, name]) => ({ name, shape: onnx.shapeOf(tensor) })),
    values: onnx.values,
    metadata: metadataOf(card, input),
  };
}

const inputName = "image";

const rules: ReadonlyMap<Node["op"], OnnxRule> = new Map(
  [...convolutionRules, ...imageRules, ...elementwiseRules, ...arrayRules].map((rule) => [rule.op, rule]),
);

function ruleOf({ op, path }: Node): OnnxRule {
  const rule = rules.get(op);
  if (!rule) throw new ModelError(`ONNX export has no rule for ${op.name}, which ${path || "the network"} records`);
  return rule;
}

/** Nodes that the outputs need by what the rules read, in their order: what upsampleConv computes in another way is left out. */
function neededNodes(graph: Graph, outputs: Iterable<Tensor>): readonly Node[] {
  const needed = new Set(outputs);
  return graph.nodes
    .toReversed()
    .filter((node) => {
      if (!node.outputs.some((output) => needed.has(output))) return false;
      for (const tensor of ruleOf(node).reads(node)) needed.add(tensor);
      return true;
    })
    .toReversed();
}

/** The numbers of a network's variables, folded ones too. */
function weightsOf(model: PoseModel, weights: StateDict): (variable: Variable) => OnnxWeight {
  const names = new Map([...variablesOf(model)].map(([name, variable]) => [variable, name]));
  const plain = (variable: Variable) => weights.get(names.get(variable)!)!.data; // all are there: they were compared
  const folded = new Map<Variable, OnnxWeight>();
  for (const each of foldedIn(model)) {
    const { convolution, bias } = each;
    const name = names.get(convolution.weight)!;
    const affine = () => foldedAffine(each, plain);
    folded.set(convolution.weight, {
      name,
      shape: fileShape(convolution.weight),
      data: () => scaled(plain(convolution.weight), affine().scale),
    });
    folded.set(bias, { name: name.replace(/weight$/, "bias"), shape: bias.shape, data: () => affine().bias });
  }
  return (variable) => folded.get(variable) ?? { name: names.get(variable)!, shape: fileShape(variable), data: () => plain(variable) };
}

/** A weight of OIHW, each output channel by its factor. */
function scaled(weight: Float32Array, scale: Float64Array): Float32Array {
  const each = weight.length / scale.length;
  return weight.map((value, at) => value * scale[Math.floor(at / each)]!);
}

/** "backbone.3.out" of "network.backbone.3.out". */
function relativeName({ path }: PoseModel, name: string): string {
  return path !== "" && name.startsWith(`${path}.`) ? name.slice(path.length + 1) : name === path ? "" : name;
}

/** What those who feed the network and read it must know. */
function metadataOf(
  { name, joints, skeleton, input, codec, source }: ModelCard,
  [height, width]: HeightWidth,
): Readonly<Record<string, string>> {
  return {
    model: name,
    joints: String(joints),
    ...(skeleton === null ? {} : { skeleton }),
    input: `${height}x${width}`,
    channelOrder: input.channelOrder,
    mean: JSON.stringify(input.mean),
    std: JSON.stringify(input.std),
    codec: JSON.stringify(codec),
    source,
  };
}
