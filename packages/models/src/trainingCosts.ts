import { add, backward, fill, Graph, graphCosts, lower, mse, namedVariable, Tensor } from "@kindling/autograd";
import { byteLengthOf } from "@kindling/gpu";
import { variablesOf } from "./module.ts";
import { outputsOf, type PoseModel } from "./poseModel.ts";

/** What a training step of a network takes in memory, in bytes; the peak is the sum of the first four. */
export interface TrainingCosts {
  /** Parameters and running statistics. */
  readonly variableBytes: number;
  readonly gradientBytes: number;
  /** AdamW's two moments of every parameter. */
  readonly momentBytes: number;
  /** Beside those: activations that wait for the backward pass, and gradients of activations, with memory shared. */
  readonly plannedBytes: number;
  /** Of each layer's outputs, by module path: what the backward pass reads again. */
  readonly keptBytes: ReadonlyMap<string, number>;
}

/**
 * Memory of a step that trains every parameter with AdamW on the mean squared error of all outputs, stored as f32; needs no adapter. The network's batch norms
 * are not folded.
 * @throws ShapeError or RangeError when the network takes no input of [height, width].
 */
export function trainingCosts(model: PoseModel, [height, width]: readonly [number, number], batch: number): TrainingCosts {
  const graph = new Graph();
  const outputs = outputsOf(model, graph.input("image", [batch, height, width, 4], "f32"), "train");
  const errors = outputs.map((output, i) => mse(output, graph.input(`target.${i}`, output.shape, "f32")));
  const loss = errors.reduce(add);
  const forward = new Set(graph.nodes);
  const variables = [...variablesOf(model).values()];
  const parameters = variables.filter(({ role }) => role === "parameter");
  const gradients = backward(
    loss,
    parameters.map((parameter) => graph.use(parameter)),
  );
  for (const [i, { name, shape, role, init }] of parameters.entries()) {
    graph.assign(namedVariable(`gradient.${name}`, { shape, role, init }), gradients[i] ?? fill(graph, shape, 0));
  }
  const backwardReads = new Set(
    lower(graph, [loss]).flatMap(({ node, dispatches }) => (forward.has(node) ? [] : dispatches.flatMap(({ reads }) => reads))),
  );
  const keptBytes = new Map<string, number>();
  for (const value of backwardReads) {
    if (!(value instanceof Tensor && value.source.kind === "node" && forward.has(value.source.node))) continue;
    const { path } = value.source.node;
    keptBytes.set(path, (keptBytes.get(path) ?? 0) + byteLengthOf(value));
  }
  const bytes = (values: typeof variables) => values.reduce((sum, variable) => sum + byteLengthOf(variable), 0);
  return {
    variableBytes: bytes(variables),
    gradientBytes: bytes(parameters),
    momentBytes: 2 * bytes(parameters),
    plannedBytes: graphCosts(graph, [loss]).plannedBytes,
    keptBytes,
  };
}
