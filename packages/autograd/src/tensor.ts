import { type Aval, type DType, type Shape, showAval } from "@kindling/gpu";
import type { Graph } from "./graph.ts";
import type { Node } from "./op.ts";
import type { Variable } from "./variable.ts";

/** Where a tensor's value comes from: the batch, the parameter store, or a node. */
export type Source =
  | { readonly kind: "input"; readonly name: string }
  | { readonly kind: "variable"; readonly variable: Variable }
  | { readonly kind: "node"; readonly node: Node };

/** A value of a graph. It owns no memory: the compiled Program does. */
export class Tensor implements Aval {
  readonly graph: Graph;
  readonly id: number;
  readonly shape: Shape;
  readonly dtype: DType;
  readonly source: Source;

  constructor(graph: Graph, id: number, aval: Aval, source: Source) {
    this.graph = graph;
    this.id = id;
    this.shape = aval.shape;
    this.dtype = aval.dtype;
    this.source = source;
  }

  /** Module path, e.g. "student.backbone.3.squeeze.out", or "" for a tensor without one; distillation taps use it. */
  get name(): string {
    return this.graph.nameOf(this);
  }

  toString(): string {
    return `%${this.id}:${showAval(this)}`;
  }
}
