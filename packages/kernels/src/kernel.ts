import { type Capabilities, type DType, DTypeError, structOf, type UniformSchema, type UniformValues } from "@kindling/gpu";

/** A plain, JSON-serialisable description of one call: sizes, strides, switches. Also the tuning key. */
export type Problem = Readonly<Record<string, number | string | boolean>>;

/** Bindings, uniforms and the list of ways to compute one thing. */
export interface Kernel<P extends Problem = Problem, S extends UniformSchema = UniformSchema> {
  readonly name: string;
  /** Binding names in binding order, read-only storage first, then read_write. */
  readonly reads: readonly string[];
  readonly writes: readonly string[];
  /**
   * Bindings that may also be stored as f16; none when absent. Their loads are converted (`f32(x[i])`, `vec4f(x[i])`), stores go through the
   * alias that {@link prelude} makes (`y[i] = YElement(sum)`), and what lies between is f32.
   */
  readonly f16?: readonly string[];
  /** Written bindings of which only the total matters: variants may share its terms out among the elements as they like. None when absent. */
  readonly totals?: readonly string[];
  /** Read u32 bindings that may hold any bits: keys, and numbers that are only compared. Others are places in memory. None when absent. */
  readonly anyBits?: readonly string[];
  readonly uniforms: S;
  uniformValues(problem: P): UniformValues<S>;
  /** variants[0] is the plain one: it supports everything and is checked against the reference. Slow to fast. */
  readonly variants: readonly [Variant<P>, ...Variant<P>[]];
  /** Floating point operations and bytes moved, for the roofline column of the profiler. */
  cost(problem: P): Cost;
}

/** Work of one call. */
export interface Cost {
  readonly flops: number;
  readonly bytes: number;
}

/** A WGSL extension besides f16. */
export type WgslExtension = "subgroups" | "chromium_experimental_subgroup_matrix";

/** One WGSL source for a kernel. */
export interface Variant<P extends Problem = Problem> {
  readonly id: string;
  /** Bindings that this source sees as `array<vec4<…>>` instead of scalars. */
  vectors?(problem: P): readonly string[];
  /** WGSL extensions that this source needs, besides f16, which follows from the bindings; `supports` asks for the same capabilities. */
  readonly enables?: readonly WgslExtension[];
  /**
   * Whether the variant is right for a problem on an adapter, its bindings stored as `dtypes` (in binding order); tests run it wherever this is so.
   */
  supports(problem: P, capabilities: Capabilities, dtypes: readonly DType[]): boolean;
  /** Rule of thumb where nothing was measured: whether it is worth choosing there. Always, when absent. */
  suits?(problem: P, capabilities: Capabilities): boolean;
  /** The shader without bindings and uniform struct, which {@link prelude} generates. */
  source(problem: P): string;
  workgroups(problem: P): readonly [x: number, y: number, z: number];
}

/** Checks a kernel's type and returns it: lets the problem and the uniforms be inferred. */
export function defineKernel<P extends Problem, const S extends UniformSchema>(kernel: Kernel<P, S>): Kernel<P, S> {
  return kernel;
}

/**
 * Bindings and uniform struct of a kernel, named as in its descriptor; the uniforms are `u`. A written binding `y` has its element type as
 * `YElement`: `f32`, or what it is stored as. Extensions come first, because WGSL wants them before all else.
 * @throws DTypeError when a binding is f16 that the kernel does not list as such.
 */
export function prelude(
  kernel: Kernel,
  dtypes: readonly DType[],
  vectors: readonly string[],
  enables: readonly WgslExtension[] = [],
): string {
  const names = [...kernel.reads, ...kernel.writes];
  const bindings = names.map((name, i) => {
    if (dtypes[i] === "f16" && !kernel.f16?.includes(name)) {
      throw new DTypeError(kernel.name, `${name} must be f32, but is f16`);
    }
    const element = vectors.includes(name) ? `vec4<${dtypes[i]}>` : dtypes[i];
    const binding = (access: string, type: string | undefined) =>
      `@group(0) @binding(${i}) var<storage, ${access}> ${name}: array<${type}>;`;
    if (i < kernel.reads.length) return binding("read", element);
    const alias = `${name.charAt(0).toUpperCase()}${name.slice(1)}Element`;
    return `alias ${alias} = ${element};\n${binding("read_write", alias)}`;
  });
  const extensions = [...(dtypes.includes("f16") ? ["f16"] : []), ...enables].map((name) => `enable ${name};\n`).join("");
  // Else Dawn refuses matrices below any branch that it cannot prove uniform, loops over bindings among them.
  const diagnostics = enables.includes(subgroupMatrix) ? "diagnostic(off, chromium.subgroup_matrix_uniformity);\n" : "";
  return `${diagnostics}${extensions}${structOf(kernel.uniforms)}\n${bindings.join("\n")}\n@group(0) @binding(${names.length}) var<uniform> u: Uniforms;\n`;
}

const subgroupMatrix: WgslExtension = "chromium_experimental_subgroup_matrix";

/** The whole shader of a variant. */
export function sourceOf<P extends Problem>(kernel: Kernel<P>, variant: Variant<P>, problem: P, dtypes: readonly DType[]): string {
  return prelude(kernel as Kernel, dtypes, variant.vectors?.(problem) ?? [], variant.enables) + variant.source(problem);
}

/** The last variant (authors list slow to fast) that supports a problem and suits it. */
export function fastestVariant<P extends Problem>(
  kernel: Kernel<P>,
  problem: P,
  capabilities: Capabilities,
  dtypes: readonly DType[],
): Variant<P> {
  const suits = (variant: Variant<P>) =>
    variant.supports(problem, capabilities, dtypes) && (variant.suits?.(problem, capabilities) ?? true);
  return kernel.variants.findLast(suits) ?? kernel.variants[0];
}

/**
 * Workgroups for `threads` threads in a row, as a grid of at most 65,535 a side.
 * The shader finds its index with {@link threadIndex}.
 */
export function grid(threads: number, workgroupSize: number): readonly [number, number, number] {
  const groups = Math.max(1, Math.ceil(threads / workgroupSize));
  const x = Math.min(groups, 65_535);
  return [x, Math.ceil(groups / x), 1];
}

/** WGSL head of an entry point whose threads are numbered through the grid of {@link grid}: declares `index`. */
export function threadIndex(workgroupSize: number): string {
  return `@compute @workgroup_size(${workgroupSize})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = id.y * groups.x * ${workgroupSize}u + id.x;`;
}
