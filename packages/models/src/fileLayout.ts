import type { Variable } from "@kindling/autograd";
import type { Shape } from "@kindling/gpu";
import { type AnyModule, variablesOf } from "./module.ts";
import { convWeightToFile, convWeightToMemory, linearWeightToFile, linearWeightToMemory } from "./stateDict/layout.ts";

/**
 * Shape of a variable in state-dict files, PyTorch's: convolution weights [kh,kw,in,out] are [out,in,kh,kw] there, without the fourth channel of
 * images, and linear ones [in,out] are [out,in].
 */
export function fileShape({ shape, layout }: Variable): Shape {
  switch (layout.kind) {
    case "plain":
      return shape;
    case "linear":
      return shape.toReversed();
    case "convolution": {
      const [kernelHeight, kernelWidth, , outChannels] = shape;
      return [outChannels!, layout.inChannels, kernelHeight!, kernelWidth!];
    }
    default:
      return layout satisfies never;
  }
}

/** Names and shapes of a module's state dict, relative to its root, without PyTorch's `num_batches_tracked`. */
export function fileShapesOf(module: AnyModule): ReadonlyMap<string, Shape> {
  return new Map([...variablesOf(module)].map(([name, variable]) => [name, fileShape(variable)]));
}

/** The numbers of a state dict's tensor as the variable lies in memory. */
export function toMemory(variable: Variable, data: Float32Array): Float32Array {
  const { shape, layout } = variable;
  switch (layout.kind) {
    case "plain":
      return data;
    case "linear":
      return linearWeightToMemory(data, fileShape(variable));
    case "convolution":
      return convWeightToMemory(data, fileShape(variable), shape[2]!);
    default:
      return layout satisfies never;
  }
}

/** The numbers of a variable, or of its gradient, as they lie in memory, in the order of files: the inverse of {@link toMemory}. */
export function toFile({ shape, layout }: Variable, data: Float32Array): Float32Array {
  switch (layout.kind) {
    case "plain":
      return data;
    case "linear":
      return linearWeightToFile(data, shape);
    case "convolution":
      return convWeightToFile(data, shape, layout.inChannels);
    default:
      return layout satisfies never;
  }
}
