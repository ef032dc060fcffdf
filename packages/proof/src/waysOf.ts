import type { Device, DType } from "@kindling/gpu";
import { bindingTypes, fastestVariant, type Kernel, type Problem, type Variant } from "@kindling/kernels";
import { type CaseDispatch, caseDispatches } from "./caseDispatches.ts";
import type { OpCase } from "./opCase.ts";

/** How a case is run: stored as `dtype`, each kernel call with the variant that `choose` takes. */
export interface Way {
  readonly dtype: "f32" | "f16";
  /** "plain" is variant 0 of every kernel, "fastest" what programs take on this adapter. */
  readonly variants: "plain" | "fastest";
  choose(kernel: Kernel, problem: Problem, dtypes: readonly DType[]): Variant;
  /** The case's kernel calls. */
  readonly dispatches: readonly CaseDispatch[];
}

/**
 * The ways that a case can be run on an adapter: with the plain variants and, where they are others, with the fastest; in f32 and, where op and
 * adapter have it, in f16, or only in those of `dtypes`.
 */
export function waysOf({ capabilities }: Device, opCase: OpCase, dtypes: readonly ("f32" | "f16")[] = ["f32", "f16"]): readonly Way[] {
  const plain = (kernel: Kernel): Variant => kernel.variants[0];
  const fastest: Way["choose"] = (kernel, problem, dtypes) => fastestVariant(kernel, problem, capabilities, dtypes);
  return dtypes
    .filter((dtype) => dtype === "f32" || (capabilities.f16 && opCase.f32Only === undefined))
    .flatMap((dtype): Way[] => {
      const dispatches = caseDispatches(opCase, dtype);
      const others = dispatches.some((call) => fastest(call.kernel, call.problem, bindingTypes(call)) !== plain(call.kernel));
      return [
        { dtype, variants: "plain", choose: plain, dispatches },
        ...(others ? [{ dtype, variants: "fastest", choose: fastest, dispatches } as const] : []),
      ];
    });
}
