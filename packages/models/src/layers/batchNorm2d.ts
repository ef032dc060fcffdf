import { batchNorm, type Tensor, Variable } from "@kindling/autograd";
import { type Mode, Module } from "../module.ts";

/** What is added to the variance. */
export const batchNormEpsilon = 1e-5;

/**
 * Batch norm over images, fused with an optional ReLU; momentum 0.1 and epsilon 1e-5, as everywhere in pose networks.
 * Ioffe and Szegedy 2015; names and first values (1, 0; statistics 0, 1) are PyTorch's.
 */
export class BatchNorm2d extends Module {
  readonly weight: Variable;
  readonly bias: Variable;
  readonly running_mean: Variable;
  readonly running_var: Variable;
  readonly activation: "none" | "relu";
  #isFolded = false;

  constructor(channels: number, activation: "none" | "relu" = "none") {
    super();
    const filled = (role: "parameter" | "state", value: number) =>
      new Variable({ shape: [channels], role, init: () => new Float32Array(channels).fill(value) });
    this.weight = filled("parameter", 1);
    this.bias = filled("parameter", 0);
    this.running_mean = filled("state", 0);
    this.running_var = filled("state", 1);
    this.activation = activation;
  }

  /** Leaves its work to the convolution before it (see foldBatchNorm). */
  leaveToConvolution(): void {
    this.#isFolded = true;
  }

  /** [n,h,w,channels] → the same; "train" also moves the running statistics. @throws Error for training what was folded. */
  forward(x: Tensor, mode: Mode): Tensor {
    if (this.#isFolded && mode === "train") throw new Error(`${this.path} was folded into the convolution before it: it cannot be trained`);
    if (this.#isFolded) return x;
    const [weight, bias, mean, variance] = [this.weight, this.bias, this.running_mean, this.running_var].map((variable) =>
      x.graph.use(variable),
    );
    return batchNorm(x, weight!, bias!, mean!, variance!, {
      training: mode === "train",
      momentum: 0.1,
      epsilon: batchNormEpsilon,
      activation: this.activation,
    });
  }
}
