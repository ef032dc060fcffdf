import { compile, Graph, ParameterStore, type Program, type Variable } from "@kindling/autograd";
import type { Device } from "@kindling/gpu";
import { outputsOf, type PoseModel, variablesOf } from "@kindling/models";

/** The images that a network takes at once. */
export interface ForwardSize {
  /** [height, width] */
  readonly input: readonly [number, number];
  readonly batch: number;
}

/** A compiled forward pass with random weights: input `image` [n,h,w,4], outputs by their place in `outputsOf`. */
export interface ForwardProgram extends Disposable {
  readonly program: Program;
}

/** Compiles a frozen network's forward pass; `biases` are what `foldBatchNorm` made of its norms, `random` draws the weights. */
export async function compileForward(
  device: Device,
  model: PoseModel,
  biases: readonly Variable[],
  { input: [height, width], batch }: ForwardSize,
  random: () => number,
): Promise<ForwardProgram> {
  const variables = [...variablesOf(model).values(), ...biases];
  const store = new ParameterStore(device, { variables, trainable: () => false });
  try {
    store.initialise(variables, random);
    const graph = new Graph();
    const outputs = outputsOf(model, graph.input("image", [batch, height, width, 4], "f32"), "eval");
    const program = await compile(graph, device, { store, outputs: Object.fromEntries(outputs.entries()) });
    return {
      program,
      [Symbol.dispose]() {
        program[Symbol.dispose]();
        store[Symbol.dispose]();
      },
    };
  } catch (error) {
    store[Symbol.dispose]();
    throw error;
  }
}
