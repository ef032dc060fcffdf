import { type Conv2dAttrs, conv2d, conv2dProblem, Graph, namedVariable, type Tensor, type Variable } from "@kindling/autograd";
import type { Conv2dProblem } from "@kindling/kernels";
import { edgeFilters, edgeWeight } from "./edgeFilters.ts";

/** A picture of RGBA values in [0, 1] → its edges after ReLU: x [1,h,w,4] → y [1,h,w,filters]. */
export interface EdgeGraph {
  readonly graph: Graph;
  readonly weight: Variable;
  readonly y: Tensor;
  readonly problem: Conv2dProblem;
}

/** Records the page's convolution for pictures of a size, as a model would: the weight is a variable, the picture an input "x". */
export function recordEdges(height: number, width: number): EdgeGraph {
  const graph = new Graph();
  const weight = namedVariable("edges.weight", { shape: [3, 3, 4, edgeFilters.length], role: "parameter", init: edgeWeight });
  const x = graph.input("x", [1, height, width, 4], "f32");
  const y = conv2d(x, graph.use(weight), null, attrs);
  graph.name(y, "edges");
  return { graph, weight, y, problem: conv2dProblem(x, weight.shape, attrs) };
}

const attrs: Conv2dAttrs = { stride: 1, padding: 1, dilation: 1, groups: 1, activation: "relu" };
