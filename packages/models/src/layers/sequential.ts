import type { Tensor } from "@kindling/autograd";
import { type Mode, Module, type Part } from "../module.ts";

/** Modules one after the other, named "0", "1", … as in PyTorch. */
export class Sequential extends Module {
  readonly #steps: readonly Module[];

  constructor(steps: readonly Module[]) {
    super();
    this.#steps = steps;
  }

  forward(x: Tensor, mode: Mode): Tensor {
    return this.#steps.reduce((y, step) => step.call(y, mode), x);
  }

  override parts(): readonly Part[] {
    return this.#steps.map((step, i) => [String(i), step]);
  }
}
