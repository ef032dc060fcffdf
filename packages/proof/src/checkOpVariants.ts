import type { Device } from "@kindling/gpu";
import { fastestVariant, type Kernel, type Problem, type Variant } from "@kindling/kernels";
import { type CaseDispatch, caseDispatches } from "./caseDispatches.ts";
import { checkOp, type OpCheck } from "./checkOp.ts";
import type { OpCase } from "./opCase.ts";

/** A check with the variants it ran: "plain" is variant 0 of every kernel, "fastest" what programs take on this adapter. */
export interface OpVariantCheck extends OpCheck {
  readonly variants: "plain" | "fastest";
  readonly kernels: CaseKernels;
}

/** Kernels with the variants that computed a case, `conv2d/direct`, each once, in the order they first run. */
export interface CaseKernels {
  readonly output: readonly string[];
  /** Of each differentiable input, without the kernels of the forward pass. */
  readonly gradients: Readonly<Record<string, readonly string[]>>;
}

/**
 * Checks an op with the plain variants and, where they are others, with the fastest; in f32 and, where op and adapter have it, in f16, or only
 * in those of `dtypes`.
 */
export async function checkOpVariants(
  device: Device,
  opCase: OpCase,
  dtypes: readonly ("f32" | "f16")[] = ["f32", "f16"],
): Promise<OpVariantCheck[]> {
  const checks: OpVariantCheck[] = [];
  const plainest = (kernel: Kernel): Variant => kernel.variants[0];
  const fastest = (kernel: Kernel, problem: Problem): Variant => fastestVariant(kernel, problem, device.capabilities);
  for (const dtype of dtypes) {
    if (dtype === "f16" && (opCase.f32Only !== undefined || !device.capabilities.f16)) continue;
    const dispatches = caseDispatches(opCase, dtype);
    const plain = await checkOp(device, opCase, { dtype, choose: plainest });
    checks.push({ ...plain, variants: "plain", kernels: kernelsOf(opCase, dispatches, plainest) });
    if (dispatches.every(({ kernel, problem }) => fastest(kernel, problem) === kernel.variants[0])) continue;
    const fast = await checkOp(device, opCase, { dtype });
    checks.push({ ...fast, variants: "fastest", kernels: kernelsOf(opCase, dispatches, fastest) });
  }
  return checks;
}

function kernelsOf(
  { inputs }: OpCase,
  dispatches: readonly CaseDispatch[],
  choose: (kernel: Kernel, problem: Problem) => Variant,
): CaseKernels {
  const names = (chosen: readonly CaseDispatch[]) => [
    ...new Set(chosen.map(({ kernel, problem }) => `${kernel.name}/${choose(kernel, problem).id}`)),
  ];
  const differentiable = inputs.filter((input) => input.differentiable);
  return {
    output: names(dispatches.filter(({ pass }) => pass === "forward")),
    gradients: Object.fromEntries(
      differentiable.map(({ name }) => [name, names(dispatches.filter(({ gradients }) => gradients.includes(name)))]),
    ),
  };
}
