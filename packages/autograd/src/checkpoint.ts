import type { Graph } from "./graph.ts";
import { Tensor } from "./tensor.ts";

/**
 * Records `body(x)` so that the backward pass computes its inner values again instead of keeping them: less memory for one more forward pass of
 * the body (Chen et al. 2016, "Training Deep Nets with Sublinear Memory Cost"). Gradients have the same bits. What the body gives back is kept,
 * tensors from outside that it reads are kept too; variables that it overwrites, such as running statistics, are overwritten once. A checkpoint within
 * another is part of it.
 */
export function checkpoint<X extends Tensor | readonly Tensor[], Y extends Tensor | readonly Tensor[]>(x: X, body: (x: X) => Y): Y {
  const graph = graphOf(x);
  return graph ? graph.checkpointed(() => body(x)) : body(x);
}

function graphOf(x: Tensor | readonly Tensor[]): Graph | undefined {
  return x instanceof Tensor ? x.graph : x[0]?.graph;
}
