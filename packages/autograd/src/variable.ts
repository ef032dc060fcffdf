import type { Aval, DType, Shape } from "@kindling/gpu";

/** What a variable is for: a "parameter" may be trained, "state" is written by forward passes (running statistics) or updates (moments). */
export type Role = "parameter" | "state";

/**
 * How a variable is laid out in state-dict files: as it is, as a convolution weight (HWIO here, OIHW there, with `inChannels` for I), or as a linear
 * one ([in,out] here, [out,in] there).
 */
export type FileLayout =
  | { readonly kind: "plain" }
  | { readonly kind: "convolution"; readonly inChannels: number }
  | { readonly kind: "linear" };

/** Everything about a variable but its name, which the module tree gives. */
export interface VariableOptions {
  readonly shape: Shape;
  readonly role: Role;
  readonly init: (random: () => number) => Float32Array;
  readonly layout?: FileLayout;
}

/** A named persistent value: a weight, a bias, a running mean, a moment of the optimiser. Its numbers live in a ParameterStore. */
export class Variable implements Aval {
  readonly shape: Shape;
  readonly role: Role;
  readonly layout: FileLayout;
  /** First values; `random` is uniform on [0, 1). */
  readonly init: (random: () => number) => Float32Array;
  #name: string | undefined;
  #dtype: "f32" | "f16" = "f32";

  constructor(options: VariableOptions) {
    this.shape = options.shape;
    this.role = options.role;
    this.layout = options.layout ?? { kind: "plain" };
    this.init = options.init;
  }

  /** f32, but for {@link storeAsF16}. */
  get dtype(): DType {
    return this.#dtype;
  }

  /** Stores the numbers in half the memory, rounded to nearest. For what is read alone, a frozen network; before a store or a graph has the variable. */
  storeAsF16(): void {
    this.#dtype = "f16";
  }

  /** Path in the module tree, as in the state dict; @throws Error before it was given one. */
  get name(): string {
    if (this.#name === undefined) throw new Error("this variable has no name yet: give its module tree a root name first (nameModule)");
    return this.#name;
  }

  /** Gives the name, once. */
  rename(name: string): void {
    if (this.#name !== undefined && this.#name !== name)
      throw new Error(`variable ${this.#name} cannot be renamed to ${name}: it belongs to one module tree`);
    this.#name = name;
  }
}

/** A variable with its name, for values outside module trees. */
export function namedVariable(name: string, options: VariableOptions): Variable {
  const variable = new Variable(options);
  variable.rename(name);
  return variable;
}
