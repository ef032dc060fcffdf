import type { Tensor } from "@kindling/autograd";
import { type Mode, Module, type Part } from "../module.ts";

/** A step of a {@link Sequential}: a module, a function without variables, or null for one that the module before it does already. */
export type Step = Module | ((x: Tensor) => Tensor) | null;

/** Steps one after the other, counted as PyTorch does: "0", "1", …, those without variables too. */
export class Sequential extends Module {
  readonly #steps: readonly Step[];

  constructor(steps: readonly Step[]) {
    super();
    this.#steps = steps;
  }

  forward(x: Tensor, mode: Mode): Tensor {
    return this.#steps.reduce((y: Tensor, step) => {
      if (step instanceof Module) return step.call(y, mode);
      return step?.(y) ?? y;
    }, x);
  }

  override parts(): readonly Part[] {
    return this.#steps.flatMap((step, i): readonly Part[] => (step instanceof Module ? [[String(i), step]] : []));
  }
}
