import type { Tensor, Variable } from "@kindling/autograd";
import type { Shape } from "@kindling/gpu";
import { sizeOf } from "@kindling/gpu";
import { ModelError } from "../modelError.ts";
import type { OnnxAttributes, OnnxInitializer, OnnxNode, OnnxValue } from "./onnxModel.ts";

/** The size of a batch axis, which varies. */
export const batchName = "batch";

/** The numbers of a variable, in the layout of files. */
export interface OnnxWeight {
  readonly name: string;
  readonly shape: Shape;
  readonly data: () => Float32Array;
}

/** An ONNX graph that is being written: what rules (OnnxRule) append to. */
export class OnnxGraph {
  readonly nodes: OnnxNode[] = [];
  readonly initializers: OnnxInitializer[] = [];
  readonly values: OnnxValue[] = [];
  readonly #weightOf: (variable: Variable) => OnnxWeight;
  readonly #names = new Map<Tensor, string>();
  /** Tensors with one entry an image in axis 0. */
  readonly #batched = new Set<Tensor>();
  readonly #taken = new Set<string>();
  #path = "";

  constructor(weightOf: (variable: Variable) => OnnxWeight) {
    this.#weightOf = weightOf;
  }

  /** The network's input, under a name that is free. */
  addInput(tensor: Tensor, name: string): void {
    this.#taken.add(name);
    this.#batched.add(tensor);
    this.#names.set(tensor, name);
  }

  /** Keeps a name for {@link define}. */
  reserve(name: string): void {
    this.#taken.add(name);
  }

  /** Runs `write`, whose operators are named after the module at `path`. */
  within(path: string, write: () => string): string {
    this.#path = path;
    return write();
  }

  /** The value `made`, computed from the tensors `reads`, is what `tensor` became: it takes the name, as it is when reserved. */
  define(tensor: Tensor, reads: readonly Tensor[], made: string, name: string, isReserved: boolean): void {
    const last = this.nodes.at(-1);
    if (reads.some((input) => this.#batched.has(input))) this.#batched.add(tensor);
    if (last?.output !== made) {
      // Nothing was computed; only an output of the network needs a name of its own.
      this.#names.set(tensor, isReserved ? this.#append("Identity", [made], {}, name) : made);
      return;
    }
    const final = isReserved ? name : this.#free(name);
    this.nodes[this.nodes.length - 1] = { ...last, output: final };
    this.#taken.delete(made);
    this.#names.set(tensor, final);
    if (!isReserved) this.values.push({ name: final, shape: this.shapeOf(tensor) });
  }

  /** Whether axis 0 of a tensor counts images. */
  isBatched(tensor: Tensor): boolean {
    return this.#batched.has(tensor);
  }

  /** Sizes of what a tensor becomes: images [batch,c,h,w], the rest as it is. */
  shapeOf(tensor: Tensor): readonly (number | string)[] {
    const sizes: (number | string)[] = [...tensor.shape];
    if (this.isBatched(tensor)) sizes[0] = batchName;
    const [n, h, w, c] = sizes;
    return sizes.length === 4 ? [n!, c!, h!, w!] : sizes;
  }

  /** Name of the value that a tensor has become, images [n,c,h,w]. @throws ModelError for weights of layers, which only rules of layers read. */
  of(tensor: Tensor): string {
    const { source } = tensor;
    if (source.kind === "variable" && source.variable.layout.kind !== "plain") {
      throw new ModelError(`${source.variable.name} is read as a tensor; ONNX export knows weights of layers as layers read them alone`);
    }
    return this.weight(tensor);
  }

  /** As {@link of}; the weight of a layer as files have it: OIHW, and [out,in] of linear ones. */
  weight(tensor: Tensor): string {
    const known = this.#names.get(tensor);
    if (known !== undefined) return known;
    if (tensor.source.kind !== "variable") throw new Error(`onnx: ${tensor} was not written before what reads it`);
    const { name, shape, data } = this.#weightOf(tensor.source.variable);
    this.#taken.add(name);
    this.initializers.push({ name, shape, type: "float32", data });
    this.#names.set(tensor, name);
    return name;
  }

  /** Appends an operator and returns its value. */
  add(opType: string, inputs: readonly string[], attributes: OnnxAttributes = {}): string {
    return this.#append(opType, inputs, attributes, this.#free(this.#path === "" ? opType : `${this.#path}.${opType}`));
  }

  /** Appends a Relu where there is one. */
  activate(value: string, activation: "none" | "relu"): string {
    return activation === "relu" ? this.add("Relu", [value]) : value;
  }

  /** A tensor with its axes as they were recorded: images [n,h,w,c]. */
  asRecorded(tensor: Tensor): string {
    return tensor.shape.length === 4 ? this.add("Transpose", [this.of(tensor)], { perm: [0, 2, 3, 1] }) : this.of(tensor);
  }

  /** The reverse of {@link asRecorded}, for a value of so many axes. */
  fromRecorded(value: string, axes: number): string {
    return axes === 4 ? this.add("Transpose", [value], { perm: [0, 3, 1, 2] }) : value;
  }

  /** Whole numbers, [length]. */
  integers(numbers: readonly number[]): string {
    const name = `int64[${numbers.join(", ")}]`;
    return this.#constant({ name, shape: [numbers.length], type: "int64", data: () => BigInt64Array.from(numbers, BigInt) });
  }

  /** One number many times; [] makes a scalar. */
  filled(shape: Shape, value: number): string {
    const name = shape.length === 0 ? `float32(${value})` : `float32[${shape.join(", ")}](${value})`;
    return this.#constant({ name, shape, type: "float32", data: () => new Float32Array(sizeOf(shape)).fill(value) });
  }

  #constant(initializer: OnnxInitializer): string {
    if (!this.#taken.has(initializer.name)) this.initializers.push(initializer);
    this.#taken.add(initializer.name);
    return initializer.name;
  }

  #append(opType: string, inputs: readonly string[], attributes: OnnxAttributes, output: string): string {
    this.nodes.push({ opType, inputs, output, attributes });
    return output;
  }

  #free(name: string): string {
    let free = name;
    for (let i = 2; this.#taken.has(free); i++) free = `${name}.${i}`;
    this.#taken.add(free);
    return free;
  }
}
