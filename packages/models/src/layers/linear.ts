import { cast, linear, type Tensor, Variable } from "@kindling/autograd";
import { Module } from "../module.ts";
import { pytorchDefault } from "./initialiser.ts";

/** Linear layer: weight [inSize,outSize], [out,in] in files, and bias [outSize]; first values are PyTorch's. */
export class Linear extends Module {
  readonly weight: Variable;
  readonly bias: Variable | null;

  constructor(inSize: number, outSize: number, { bias = true }: { readonly bias?: boolean } = {}) {
    super();
    const drawn = (length: number) => (random: () => number) => Float32Array.from({ length }, () => pytorchDefault(inSize, random));
    this.weight = new Variable({
      shape: [inSize, outSize],
      role: "parameter",
      layout: { kind: "linear" },
      init: drawn(inSize * outSize),
    });
    this.bias = bias ? new Variable({ shape: [outSize], role: "parameter", init: drawn(outSize) }) : null;
  }

  /** [...,inSize] → [...,outSize]; the weight is read as x is stored. */
  forward(x: Tensor): Tensor {
    const weight = cast(x.graph.use(this.weight), x.dtype === "f16" ? "f16" : "f32");
    return linear(x, weight, this.bias && x.graph.use(this.bias));
  }
}
