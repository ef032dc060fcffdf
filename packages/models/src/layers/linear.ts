import { cast, linear, type Tensor, Variable } from "@kindling/autograd";
import { Module } from "../module.ts";
import { type Initialiser, pytorchDefault } from "./initialiser.ts";

/** How a linear layer differs from one with bias. */
export interface LinearOptions {
  /** Default true. */
  readonly bias?: boolean;
  /** First values of the weight; default PyTorch's. */
  readonly initialWeight?: Initialiser;
}

/** Linear layer: weight [inSize,outSize], [out,in] in files, and bias [outSize]; first values are PyTorch's unless told. */
export class Linear extends Module {
  readonly weight: Variable;
  readonly bias: Variable | null;

  constructor(inSize: number, outSize: number, { bias = true, initialWeight = pytorchDefault }: LinearOptions = {}) {
    super();
    const drawn = (length: number, initial: Initialiser) => (random: () => number) =>
      Float32Array.from({ length }, () => initial(inSize, random));
    this.weight = new Variable({
      shape: [inSize, outSize],
      role: "parameter",
      layout: { kind: "linear" },
      init: drawn(inSize * outSize, initialWeight),
    });
    this.bias = bias ? new Variable({ shape: [outSize], role: "parameter", init: drawn(outSize, pytorchDefault) }) : null;
  }

  /** [...,inSize] → [...,outSize]; the weight is read as x is stored. */
  forward(x: Tensor): Tensor {
    const weight = cast(x.graph.use(this.weight), x.dtype === "f16" ? "f16" : "f32");
    return linear(x, weight, this.bias && x.graph.use(this.bias));
  }
}
