import type { Device } from "@kindling/gpu";
import { bindingTypes } from "@kindling/kernels";
import type { CaseDispatch } from "./caseDispatches.ts";
import { checkOp, type OpCheck } from "./checkOp.ts";
import type { OpCase } from "./opCase.ts";
import { type Way, waysOf } from "./waysOf.ts";

/** A check with the variants it ran. */
export interface OpVariantCheck extends OpCheck {
  readonly variants: Way["variants"];
  readonly kernels: CaseKernels;
}

/** Kernels with the variants that computed a case, `conv2d/direct`, each once, in the order they first run. */
export interface CaseKernels {
  readonly output: readonly string[];
  /** Of each differentiable input, without the kernels of the forward pass. */
  readonly gradients: Readonly<Record<string, readonly string[]>>;
}

/** Checks an op in all of {@link waysOf}: in f32 and f16, or only in those of `dtypes`, plain and fastest. */
export async function checkOpVariants(
  device: Device,
  opCase: OpCase,
  dtypes: readonly ("f32" | "f16")[] = ["f32", "f16"],
): Promise<OpVariantCheck[]> {
  const checks: OpVariantCheck[] = [];
  for (const way of waysOf(device, opCase, dtypes)) {
    const check = await checkOp(device, opCase, { dtype: way.dtype, choose: way.choose });
    checks.push({ ...check, variants: way.variants, kernels: kernelsOf(opCase, way) });
  }
  return checks;
}

function kernelsOf({ inputs }: OpCase, { dispatches, choose }: Way): CaseKernels {
  const names = (chosen: readonly CaseDispatch[]) => [
    ...new Set(chosen.map((call) => `${call.kernel.name}/${choose(call.kernel, call.problem, bindingTypes(call)).id}`)),
  ];
  const differentiable = inputs.filter((input) => input.differentiable);
  return {
    output: names(dispatches.filter(({ pass }) => pass === "forward")),
    gradients: Object.fromEntries(
      differentiable.map(({ name }) => [name, names(dispatches.filter(({ gradients }) => gradients.includes(name)))]),
    ),
  };
}
