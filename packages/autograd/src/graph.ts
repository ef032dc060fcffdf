import { type DType, type Shape, showAval } from "@kindling/gpu";
import { nearestNames } from "./nearestNames.ts";
import type { Checkpoint, Node, Op } from "./op.ts";
import { RecordedNodes } from "./recordedNodes.ts";
import { type Source, Tensor } from "./tensor.ts";
import type { Variable } from "./variable.ts";

/** "After the node that makes it, `variable` holds `value`." */
export interface Assignment {
  readonly variable: Variable;
  readonly value: Tensor;
}

/** The recorded list of nodes: a whole training step, forward, backward and update. */
export class Graph {
  // Attributes differ from node to node; the one place where `any` is right.
  // biome-ignore lint/suspicious/noExplicitAny: see above
  readonly nodes: Node<any>[] = [];
  readonly inputs: Map<string, Tensor> = new Map();
  readonly assignments: Assignment[] = [];
  readonly #variables = new Map<Variable, Tensor>();
  readonly #named = new Map<string, Tensor>();
  readonly #names = new Map<Tensor, string>();
  #nextId = 0;
  #path = "";
  #checkpoint: OpenCheckpoint | null = null;
  #reuse: Reuse | null = null;

  /** A tensor fed by Program.write before each run. @throws Error when the name is taken. */
  input(name: string, shape: Shape, dtype: DType): Tensor {
    if (this.inputs.has(name)) throw new Error(`graph: there is already an input "${name}"`);
    const tensor = this.#tensor({ shape, dtype }, { kind: "input", name });
    this.inputs.set(name, tensor);
    this.name(tensor, name);
    return tensor;
  }

  /** The tensor of a parameter or persistent state, kept in the store; the same one each time. */
  use(used: Variable): Tensor {
    const variable = this.#reuse?.variables.get(used) ?? used;
    let tensor = this.#variables.get(variable);
    if (!tensor) {
      tensor = this.#tensor(variable, { kind: "variable", variable });
      this.#variables.set(variable, tensor);
      this.#names.set(tensor, variable.name);
    }
    return tensor;
  }

  /** Appends a node. @throws ShapeError or DTypeError by the op's rule, at the caller's line. */
  record<A>(op: Op<A>, inputs: readonly Tensor[], attrs: NoInfer<A>): readonly Tensor[] {
    for (const input of inputs) {
      if (input.graph !== this) throw new Error(`${op.name}: ${input} belongs to another graph`);
    }
    for (const index of op.mutates ?? []) {
      if (inputs[index]?.source.kind !== "variable") throw new Error(`${op.name}: input ${index} is overwritten and must be a variable`);
    }
    const known = this.#reuse?.nodes.equalTo(op, inputs, attrs);
    if (known) return known.outputs;
    const outputs: Tensor[] = [];
    const node: Node<A> = { op, inputs, attrs, outputs, path: this.#path, checkpoint: this.#checkpoint };
    for (const aval of op.infer(inputs, attrs)) outputs.push(this.#tensor(aval, { kind: "node", node: node as Node }));
    this.nodes.push(node);
    this.#reuse?.nodes.add(node as Node);
    this.#checkpoint?.nodes.push(node as Node);
    return outputs;
  }

  /** Runs `work`; the nodes that it records belong to the module at `path`. */
  within<T>(path: string, work: () => T): T {
    const outer = this.#path;
    this.#path = path;
    try {
      return work();
    } finally {
      this.#path = outer;
    }
  }

  /**
   * Runs `work`, which records no node that is there already: it gets the outputs of the one that has the same op, attributes and inputs. `variables`
   * are read as those that they stand for, whose numbers they have. So two networks that begin alike compute what they share once.
   */
  reusing<T>(variables: ReadonlyMap<Variable, Variable>, work: () => T): T {
    const outer = this.#reuse;
    this.#reuse = { variables, nodes: new RecordedNodes(this.nodes) };
    try {
      return work();
    } finally {
      this.#reuse = outer;
    }
  }

  /** Whether a checkpoint is being recorded. */
  get isInCheckpoint(): boolean {
    return this.#checkpoint !== null;
  }

  /** Runs `work`, whose nodes become a checkpoint with the tensors that it gives back; within another checkpoint they are part of that one. */
  checkpointed<T extends Tensor | readonly Tensor[]>(work: () => T): T {
    if (this.#checkpoint) return work();
    const checkpoint: OpenCheckpoint = { nodes: [], outputs: new Set() };
    this.#checkpoint = checkpoint;
    try {
      const outputs = work();
      const each: readonly Tensor[] = outputs instanceof Tensor ? [outputs] : outputs;
      for (const output of each) checkpoint.outputs.add(output);
      return outputs;
    } finally {
      this.#checkpoint = null;
    }
  }

  /** After this node, `variable` holds `value`; the compiler lets the node write there directly. @throws Error when the value is no node's own output. */
  assign(variable: Variable, value: Tensor): void {
    if (value.source.kind !== "node" || this.assignments.some((assignment) => assignment.value === value)) {
      throw new Error(`assign: the value of ${variable.name} must be the output of a node and assigned once`);
    }
    this.assignments.push({ variable, value });
  }

  /** Gives a tensor a module path by which {@link find} knows it; a tensor may have several. @throws Error when the path names another tensor. */
  name(tensor: Tensor, name: string): void {
    const known = this.#named.get(name);
    if (known && known !== tensor) throw new Error(`graph: "${name}" names ${known} already`);
    this.#named.set(name, tensor);
    if (!this.#names.has(tensor)) this.#names.set(tensor, name);
  }

  /** First name of a tensor, or "". */
  nameOf(tensor: Tensor): string {
    return this.#names.get(tensor) ?? "";
  }

  /** Paths that {@link find} knows. */
  get paths(): readonly string[] {
    return [...this.#named.keys()];
  }

  /** The tensor of a module path. @throws TapError listing the nearest paths when there is none. */
  find(name: string): Tensor {
    const tensor = this.#named.get(name);
    if (!tensor) throw new TapError(name, nearestNames(name, this.#named.keys(), 3));
    return tensor;
  }

  /** One line a node: `%14:f32[32,56,56,64] = conv2d(%12, %3, %4)  // student.backbone.3.squeeze.out`. */
  toString(): string {
    return this.nodes
      .map(({ op, inputs, outputs }) => {
        const left = outputs.length > 0 ? `${outputs.join(", ")} = ` : "";
        const name = outputs.map((output) => this.nameOf(output)).find((found) => found !== "");
        return `${left}${op.name}(${inputs.map((input) => `%${input.id}`).join(", ")})${name ? `  // ${name}` : ""}`;
      })
      .join("\n");
  }

  #tensor(aval: { readonly shape: Shape; readonly dtype: DType }, source: Source): Tensor {
    if (aval.shape.some((size) => !Number.isSafeInteger(size) || size < 1)) {
      throw new RangeError(`graph: ${showAval(aval)} has a size that is not a positive integer`);
    }
    return new Tensor(this, this.#nextId++, aval, source);
  }
}

/** What {@link Graph.reusing} looks for. */
interface Reuse {
  readonly variables: ReadonlyMap<Variable, Variable>;
  readonly nodes: RecordedNodes;
}

/** A checkpoint that is being recorded. */
interface OpenCheckpoint extends Checkpoint {
  readonly nodes: Node[];
  readonly outputs: Set<Tensor>;
}

/** No tensor of the graph has the path that was asked for. */
export class TapError extends Error {
  override readonly name = "TapError";
  constructor(path: string, nearest: readonly string[]) {
    super(`no tensor is named "${path}"${nearest.length > 0 ? `; the nearest are ${nearest.join(", ")}` : ""}`);
  }
}

/** Records an op on the graph of its inputs; what every op function calls. */
export function record<A>(op: Op<A>, inputs: readonly [Tensor, ...Tensor[]], attrs: NoInfer<A>): readonly Tensor[] {
  return inputs[0].graph.record(op, inputs, attrs);
}
