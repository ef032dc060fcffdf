import type { Aval, Capabilities, DType } from "@kindling/gpu";
import { type Kernel, type Problem, sourceOf, type Variant } from "../kernel.ts";
import { textHash } from "./textHash.ts";

/** One call of a kernel: everything that decides how fast its variants are, and nothing of what its operands hold. */
export interface KernelCall {
  readonly kernel: Kernel;
  readonly problem: Problem;
  readonly reads: readonly Aval[];
  readonly writes: readonly Aval[];
}

/** The variants that can compute a call, slow to fast as the kernel lists them. */
export function supportedVariants(call: KernelCall, capabilities: Capabilities): Variant[] {
  const dtypes = bindingTypes(call);
  return call.kernel.variants.filter((variant) => variant.supports(call.problem, capabilities, dtypes));
}

/** What the bindings of a call are stored as, in binding order. */
export function bindingTypes({ reads, writes }: Pick<KernelCall, "reads" | "writes">): readonly DType[] {
  return [...reads, ...writes].map(({ dtype }) => dtype);
}

/** The call as a line of text that people can read: kernel, storage types, problem with its names in order. */
export function callText({ kernel, problem, ...operands }: KernelCall): string {
  return `${kernel.name} ${dtypesOf(operands)} ${problemText(problem)}`;
}

/** Storage types of what is read, then of what is written: `f32,f32>f32`. */
export function dtypesOf({ reads, writes }: Pick<KernelCall, "reads" | "writes">): string {
  return [reads, writes].map((operands) => operands.map(({ dtype }) => dtype).join(",")).join(">");
}

/** A problem as JSON, its names in order, so that equal problems are equal texts. */
export function problemText(problem: Problem): string {
  return JSON.stringify(Object.fromEntries(Object.entries(problem).sort(([a], [b]) => (a < b ? -1 : 1))));
}

/**
 * Hash of every variant that can compute a call: names, shaders and workgroups. A measurement holds as long as this stays, because with
 * another source any of them may be the fastest.
 */
export function sourcesHash(call: KernelCall, capabilities: Capabilities): string {
  const { kernel, problem } = call;
  const dtypes = bindingTypes(call);
  const parts = supportedVariants(call, capabilities).map((variant) => [
    variant.id,
    sourceOf(kernel, variant, problem, dtypes),
    variant.workgroups(problem),
  ]);
  return textHash(JSON.stringify(parts));
}
