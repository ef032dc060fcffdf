import {
  type BufferRange,
  byteLengthOf,
  type Device,
  DTypeError,
  decodeFloat16,
  encodeFloat16,
  LimitError,
  readBuffer,
  type Shape,
  ShapeError,
  sizeOf,
} from "@kindling/gpu";
import { namedVariable, type Variable } from "./variable.ts";

/** Settings shared by the parameters of one segment. */
export interface ParameterGroup {
  /** Multiplies the optimiser's learning rate. */
  readonly learningRateFactor: number;
  /** Multiplies the optimiser's weight decay; 0 for none. */
  readonly weightDecayFactor: number;
}

/** Equal cuts of the parameter arena, the gradient arena and the optimiser's slots; the update is one dispatch a segment. */
export interface ParameterSegment {
  readonly group: ParameterGroup;
  /** The whole segment as one flat tensor. */
  readonly parameters: Variable;
  readonly gradients: Variable;
}

/** The variables of a store and which of them are trained. */
export interface ParameterStoreOptions {
  readonly variables: Iterable<Variable>;
  /** Which parameters are trained; the others are frozen: no gradient, no update, not part of the saved state. */
  readonly trainable: (variable: Variable) => boolean;
  readonly groupOf?: (variable: Variable) => ParameterGroup;
  /** State of the training itself, such as a loss scale: saved, but of no network. */
  readonly counters?: readonly Variable[];
}

/** A segment of trained parameters or of their networks' statistics, and a copy of it. */
export interface CopiedSegment {
  readonly of: Variable;
  readonly copy: Variable;
}

/** Slices start at multiples of this many bytes, as bindings must. */
const alignment = 256;
const everything: ParameterGroup = { learningRateFactor: 1, weightDecayFactor: 1 };

/**
 * The GPU memory of all variables, in arenas cut into segments at the binding limit: trained parameters with their gradients and optimiser
 * slots, frozen parameters, and persistent state. Separate arenas, because a dispatch may not read and write one buffer.
 */
export class ParameterStore implements Disposable {
  /** Trained parameters, in segments of one group each. */
  readonly segments: readonly ParameterSegment[];
  readonly #device: Device;
  readonly #ranges = new Map<Variable, BufferRange>();
  readonly #buffers: GPUBuffer[] = [];
  readonly #gradients = new Map<Variable, Variable>();
  readonly #slots = new Map<string, readonly Variable[]>();
  readonly #transients = new Map<string, Variable>();
  readonly #persistent = new Map<string, Variable>();
  readonly #copies = new Map<string, readonly CopiedSegment[]>();
  readonly #cuts: readonly (readonly Variable[])[];
  /** Running statistics of what is trained. */
  readonly #statistics: readonly { readonly cut: readonly Variable[]; readonly whole: Variable }[];

  /** @throws LimitError when one variable exceeds the adapter's largest binding, DTypeError when a trained one is f16, Error when two have one name. */
  constructor(device: Device, options: ParameterStoreOptions) {
    this.#device = device;
    const counters = options.counters ?? [];
    const variables = [...options.variables];
    const names = new Set<string>();
    for (const { name } of [...variables, ...counters]) {
      if (names.has(name)) throw new Error(`two variables are named ${name}`);
      names.add(name);
    }
    const trained = variables.filter((variable) => variable.role === "parameter" && options.trainable(variable));
    for (const variable of trained) {
      if (variable.dtype !== "f32")
        throw new DTypeError("ParameterStore", `${variable.name} is trained and must be stored as f32`, variable);
    }
    const state = variables.filter((variable) => variable.role === "state");
    const rest = new Set([...trained, ...state]);
    const groupOf = options.groupOf ?? (() => everything);
    this.#cuts = byGroup(trained, groupOf).flatMap((group) => this.#cut(group));
    this.segments = this.#cuts.map((cut, i) => {
      const gradients = beside(cut, "gradient");
      for (const [j, variable] of cut.entries()) this.#gradients.set(variable, gradients[j]!);
      return {
        group: groupOf(cut[0]!),
        parameters: this.#place(cut, `parameters.${i}`),
        gradients: this.#place(gradients, `gradients.${i}`),
      };
    });
    const moving = state.filter((variable) => options.trainable(variable));
    this.#statistics = this.#cut(moving).map((cut, i) => ({ cut, whole: this.#place(cut, `state.${i}`) }));
    const still = state.filter((variable) => !options.trainable(variable));
    const arenas = {
      counters,
      frozenState: still,
      frozen: variables.filter((variable) => !rest.has(variable)),
    };
    for (const [label, all] of Object.entries(arenas)) for (const [i, cut] of this.#cut(all).entries()) this.#place(cut, `${label}.${i}`);
    // The statistics of a frozen network do not change: they are saved only where something beside them is trained.
    for (const variable of [...trained, ...moving, ...counters]) this.#persistent.set(variable.name, variable);
  }

  /** Bytes of its arenas: parameters, gradients, slots and state. */
  get bytes(): number {
    return this.#buffers.reduce((sum, { size }) => sum + size, 0);
  }

  /** What a checkpoint must hold: trained parameters, their running statistics and optimiser slots, by name. */
  get persistent(): ReadonlyMap<string, Variable> {
    return this.#persistent;
  }

  /** The gradient of a trained parameter: a slice of the gradient arena. @throws Error for a variable that is not trained. */
  gradientOf(variable: Variable): Variable {
    const gradient = this.#gradients.get(variable);
    if (!gradient) throw new Error(`${variable.name} is not trained, so it has no gradient`);
    return gradient;
  }

  /** Zeroed memory of the optimiser beside each segment (e.g. "exp_avg"), made on first use and saved with the state as `optimizer.<slot>.<parameter>`. */
  slot(name: string): readonly Variable[] {
    let whole = this.#slots.get(name);
    if (!whole) {
      whole = this.#cuts.map((cut, i) => this.#place(this.#saved(cut, `optimizer.${name}`), `${name}.${i}`));
      this.#slots.set(name, whole);
    }
    return whole;
  }

  /**
   * A copy of every trained parameter and of their networks' running statistics, segment by segment: made on first use, with the values that
   * they have then, and saved with the state as `<name>.<variable>`.
   */
  copies(name: string): readonly CopiedSegment[] {
    let copies = this.#copies.get(name);
    if (!copies) {
      const segments = this.segments.map(({ parameters }, i) => ({ cut: this.#cuts[i]!, whole: parameters }));
      copies = [...segments, ...this.#statistics].map(({ cut, whole }) => ({
        of: whole,
        copy: this.#place(this.#saved(cut, name), `${name}.${whole.name}`),
      }));
      this.#device.copyBuffers(copies.map(({ of, copy }) => [this.rangeOf(of).buffer, this.rangeOf(copy).buffer]));
      this.#copies.set(name, copies);
    }
    return copies;
  }

  /** Lets a variable of the same shape, new to the store, stand for another: both are one place in memory. */
  share(variable: Variable, other: Variable): void {
    if (variable.shape.join() !== other.shape.join() || variable.dtype !== other.dtype) {
      throw new ShapeError("ParameterStore.share", `${variable.name} must be as ${other.name}`, variable, other);
    }
    this.#ranges.set(variable, this.rangeOf(other));
  }

  /** Memory of an f32 value that is kept from run to run and not saved, zeroed and made on first use; the same variable for the same name. */
  transient(name: string, shape: Shape): Variable {
    let variable = this.#transients.get(name);
    if (!variable) {
      variable = namedVariable(name, { shape, role: "state", init: () => new Float32Array(sizeOf(shape)) });
      this.#place([variable], name);
      this.#transients.set(name, variable);
    }
    return variable;
  }

  /** Where a variable lives. @throws Error for a variable of another store. */
  rangeOf(variable: Variable): BufferRange {
    const range = this.#ranges.get(variable);
    if (!range) throw new Error(`variable ${variable.name} is not in this store`);
    return range;
  }

  /** Fills every parameter and statistic with its first values, drawn in the order of the variables. */
  initialise(variables: Iterable<Variable>, random: () => number): void {
    for (const variable of variables) this.write(variable, variable.init(random));
  }

  /** Replaces a variable's numbers, rounded where it is f16. @throws RangeError when the count differs. */
  write(variable: Variable, data: Float32Array): void {
    if (data.length !== sizeOf(variable.shape)) {
      throw new RangeError(`${variable.name} has ${sizeOf(variable.shape)} elements, not ${data.length}`);
    }
    const { buffer, offset } = this.rangeOf(variable);
    this.#device.gpu.queue.writeBuffer(
      buffer,
      offset,
      variable.dtype === "f16" ? wholeWords(encodeFloat16(data)) : Float32Array.from(data),
    );
  }

  /** The numbers of variables, after all work submitted so far. */
  async read(variables: Iterable<Variable>): Promise<Map<Variable, Float32Array>> {
    const result = new Map<Variable, Float32Array>();
    const copies = new Map<GPUBuffer, Promise<ArrayBuffer>>();
    for (const variable of variables) {
      const { buffer, offset } = this.rangeOf(variable);
      let copy = copies.get(buffer);
      if (!copy) {
        copy = readBuffer(this.#device, buffer, 0, buffer.size);
        copies.set(buffer, copy);
      }
      const size = sizeOf(variable.shape);
      const bytes = await copy;
      result.set(
        variable,
        variable.dtype === "f16" ? decodeFloat16(new Uint16Array(bytes, offset, size)) : new Float32Array(bytes, offset, size).slice(),
      );
    }
    return result;
  }

  [Symbol.dispose](): void {
    for (const buffer of this.#buffers) buffer.destroy();
  }

  /** Consecutive variables that fit one binding. */
  #cut(variables: readonly Variable[]): Variable[][] {
    const limit = Math.min(this.#device.capabilities.maxBindingBytes, this.#device.capabilities.maxBufferBytes);
    const cuts: Variable[][] = [];
    let used = Number.POSITIVE_INFINITY;
    for (const variable of variables) {
      const bytes = slotBytes(variable);
      if (bytes > limit) throw new LimitError(`${variable.name} needs ${bytes} bytes; this adapter binds at most ${limit}`);
      if (used + bytes > limit) {
        cuts.push([]);
        used = 0;
      }
      cuts[cuts.length - 1]!.push(variable);
      used += bytes;
    }
    return cuts;
  }

  /** Values beside those of a cut that a checkpoint must hold. */
  #saved(cut: readonly Variable[], prefix: string): readonly Variable[] {
    const values = beside(cut, prefix);
    for (const value of values) this.#persistent.set(value.name, value);
    return values;
  }

  /** Gives the variables slices of one new buffer and returns the whole of it as a variable. */
  #place(variables: readonly Variable[], label: string): Variable {
    const bytes = variables.reduce((sum, variable) => sum + slotBytes(variable), 0);
    const buffer = this.#device.createStorageBuffer(bytes, label);
    this.#buffers.push(buffer);
    let offset = 0;
    for (const variable of variables) {
      this.#ranges.set(variable, { buffer, offset, bytes: byteLengthOf(variable) });
      offset += slotBytes(variable);
    }
    const whole = namedVariable(label, { shape: [bytes / 4], role: "state", init: () => new Float32Array(bytes / 4) });
    this.#ranges.set(whole, { buffer, offset: 0, bytes });
    return whole;
  }
}

/** What is written to a buffer is whole words; slices are never so short that one more half would not fit. */
function wholeWords(halves: Uint16Array<ArrayBuffer>): Uint16Array<ArrayBuffer> {
  if (halves.length % 2 === 0) return halves;
  const padded = new Uint16Array(halves.length + 1);
  padded.set(halves);
  return padded;
}

function slotBytes(variable: Variable): number {
  return Math.ceil(byteLengthOf(variable) / alignment) * alignment;
}

/** One value for each variable, of its shape and layout and named after it. */
function beside(variables: readonly Variable[], prefix: string): readonly Variable[] {
  return variables.map((variable) =>
    namedVariable(`${prefix}.${variable.name}`, { ...variable, role: "state", init: () => new Float32Array(sizeOf(variable.shape)) }),
  );
}

/** Variables by equal settings, in order of first appearance. */
function byGroup(variables: readonly Variable[], groupOf: (variable: Variable) => ParameterGroup): Variable[][] {
  const groups = new Map<string, Variable[]>();
  for (const variable of variables) {
    const key = JSON.stringify(groupOf(variable));
    const group = groups.get(key);
    if (group) group.push(variable);
    else groups.set(key, [variable]);
  }
  return [...groups.values()];
}
