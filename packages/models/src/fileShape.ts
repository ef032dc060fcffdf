import type { Variable } from "@kindling/autograd";
import type { Shape } from "@kindling/gpu";
import { type AnyModule, variablesOf } from "./module.ts";

/** Shape of a variable in state-dict files, PyTorch's: convolution weights [kh,kw,in,out] are [out,in,kh,kw] there, without the fourth channel of images. */
export function fileShape({ shape, layout }: Variable): Shape {
  switch (layout.kind) {
    case "plain":
      return shape;
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
