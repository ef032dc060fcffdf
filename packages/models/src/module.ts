import { checkpoint, type Graph, Tensor, Variable } from "@kindling/autograd";

/** "train" normalises with the batch's own statistics and moves the running ones; "eval" uses the running ones. */
export type Mode = "train" | "eval";

/** What goes into or comes out of a module: one image batch, or one for each branch. */
export type Tensors = Tensor | readonly Tensor[];

/**
 * A tree of variables with a forward pass. Fields that hold variables, modules, or (nested) arrays of modules are its parts, and the names of
 * the fields are the names in the state dict.
 */
export abstract class Module<X extends Tensors = Tensor, Y extends Tensors = Tensor> {
  #path: string | undefined;
  #checkpointsActivations = false;
  #isFrozen = false;

  /** Name of the module in its tree, such as "student.backbone.3". @throws Error before the tree was named (nameModule). */
  get path(): string {
    if (this.#path === undefined) throw new Error("this module has no path yet: give its tree a root name first (nameModule)");
    return this.#path;
  }

  /**
   * Runs forward; its nodes are this module's, and its output is named "<path>.out" on the graph, or "<path>.out.<i>" for several: distillation
   * taps use these names. What was frozen runs as in evaluation.
   */
  call(x: X, mode: Mode): Y {
    const graph = graphOf(x);
    const used = this.#isFrozen ? "eval" : mode;
    const y = graph ? graph.within(this.path, () => this.forward(x, used)) : this.forward(x, used);
    nameTensors(y, join(this.path, "out"));
    return y;
  }

  abstract forward(x: X, mode: Mode): Y;

  /** `body(x)`; in training, where the tree checkpoints activations ({@link checkpointActivations}), its inner values are computed again and not kept. */
  protected checkpointed<A extends Tensors, B extends Tensors>(x: A, mode: Mode, body: (x: A) => B): B {
    return this.#checkpointsActivations && mode === "train" ? checkpoint(x, body) : body(x);
  }

  /** Variables and modules directly below this one, with their names, in the order of the fields. */
  parts(): readonly Part[] {
    return Object.entries(this).flatMap(([name, value]) => partsOf(name, value));
  }

  /** From now on it, and all below it, runs as in evaluation whatever the mode: its batch norms use and keep their running statistics. */
  freeze(): void {
    this.#isFrozen = true;
  }

  /** Makes {@link checkpointed} do what it says. */
  startCheckpointing(): void {
    this.#checkpointsActivations = true;
  }

  /** Gives the path, once. @throws Error for a module that stands in two places. */
  place(path: string): void {
    if (this.#path !== undefined && this.#path !== path)
      throw new Error(`module ${this.#path} cannot also be ${path}: it belongs to one tree`);
    this.#path = path;
  }
}

/** A module whatever it maps. */
export type AnyModule = Module<Tensors, Tensors>;

/** A named part of a module. */
export type Part = readonly [name: string, value: Variable | AnyModule];

/** Names every module and variable of a tree, as in PyTorch's state dict below `name`: "student" gives "student.backbone.3.squeeze.weight". "" gives bare names. */
export function nameModule(root: AnyModule, name: string): void {
  root.place(name);
  for (const [part, value] of root.parts()) {
    const path = join(name, part);
    if (value instanceof Variable) value.rename(path);
    else nameModule(value, path);
  }
}

/**
 * Trains a tree in less memory, with the same bits: each block that its networks chose (a residual block of HRNet, a stage of SqueezeNet) keeps
 * but its output, and runs forward once more in the backward pass.
 */
export function checkpointActivations(root: AnyModule): void {
  for (const module of modulesOf(root)) module.startCheckpointing();
}

/** All variables of a tree by their names relative to its root ("backbone.3.squeeze.weight"), in the order of the fields. */
export function variablesOf(root: AnyModule): ReadonlyMap<string, Variable> {
  return new Map(entriesOf(root, ""));
}

/** A module and all below it, in the order of the fields. */
export function* modulesOf(root: AnyModule): Generator<AnyModule> {
  yield root;
  for (const [, part] of root.parts()) if (!(part instanceof Variable)) yield* modulesOf(part);
}

function* entriesOf(module: AnyModule, path: string): Generator<readonly [string, Variable]> {
  for (const [part, value] of module.parts()) {
    const name = join(path, part);
    if (value instanceof Variable) yield [name, value];
    else yield* entriesOf(value, name);
  }
}

function partsOf(name: string, value: unknown): readonly Part[] {
  if (value instanceof Variable) return [[name, value]];
  if (value instanceof Module) return [[name, value]];
  if (Array.isArray(value)) return value.flatMap((element, i) => partsOf(join(name, String(i)), element));
  return [];
}

function graphOf(tensors: Tensors): Graph | undefined {
  return tensors instanceof Tensor ? tensors.graph : tensors[0]?.graph;
}

function nameTensors(tensors: Tensors, name: string): void {
  if (tensors instanceof Tensor) tensors.graph.name(tensors, name);
  else for (const [i, tensor] of tensors.entries()) tensor.graph.name(tensor, join(name, String(i)));
}

function join(path: string, name: string): string {
  return path === "" ? name : `${path}.${name}`;
}
