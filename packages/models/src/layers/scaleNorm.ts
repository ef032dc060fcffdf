import { scaleNorm, type Tensor, Variable } from "@kindling/autograd";
import { Module } from "../module.ts";

/** Scales each row to a root mean square that is learnt, 1 at first: g [1] (Nguyen and Salazar 2019; mmpose's ScaleNorm). */
export class ScaleNorm extends Module {
  readonly g: Variable = new Variable({ shape: [1], role: "parameter", init: () => Float32Array.of(1) });

  /** [...,c] → the same */
  forward(x: Tensor): Tensor {
    return scaleNorm(x, x.graph.use(this.g));
  }
}
