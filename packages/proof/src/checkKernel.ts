import type { Device } from "@kindling/gpu";
import type { Kernel, Problem, Reference } from "@kindling/kernels";
import { type BindingData, runKernel } from "./runKernel.ts";

/** One call of a kernel with what must come out. */
export interface KernelCase<P extends Problem = Problem> {
  readonly name: string;
  readonly problem: P;
  readonly reads: readonly BindingData[];
  /** What each written binding holds before, and what it must hold afterwards: a bounded reference, or exact integers. */
  readonly writes: readonly { readonly before: BindingData; readonly expected: Reference | Uint32Array }[];
}

/** How far a variant was from the reference in one case. */
export interface KernelCheck {
  readonly kernel: string;
  readonly case: string;
  readonly variant: string;
  readonly dtype: "f32";
  /** Largest |gpu − reference|. */
  readonly error: number;
  /** Largest |gpu − reference| ÷ bound: right kernels stay below 1, a bug is 10⁴. */
  readonly errorToBound: number;
}

/** Rounding unit of f32. */
const unit = 2 ** -24;
/** Slack of the bound; √terms · ε · Σ|terms| is what random rounding reaches rarely. */
const slack = 4;

/**
 * Runs every variant that supports each case and compares element by element: |gpu − ref| ≤ 4·√terms·2⁻²⁴·Σ|terms|.
 * @throws Error when a variant leaves elements unequal in NaN or infinity, or integers wrong.
 */
export async function checkKernel<P extends Problem>(
  device: Device,
  kernel: Kernel<P>,
  cases: readonly KernelCase<P>[],
): Promise<KernelCheck[]> {
  const checks: KernelCheck[] = [];
  for (const { name, problem, reads, writes } of cases) {
    for (const variant of kernel.variants) {
      if (!variant.supports(problem, device.capabilities)) continue;
      const results = await runKernel(
        device,
        kernel as unknown as Kernel,
        variant,
        problem,
        reads,
        writes.map(({ before }) => before),
      );
      let [error, errorToBound] = [0, 0];
      for (const [i, { expected }] of writes.entries()) {
        const compared = compare(`${kernel.name}/${variant.id} ${name}, write ${i}`, results[i]!, expected);
        error = Math.max(error, compared.error);
        errorToBound = Math.max(errorToBound, compared.errorToBound);
      }
      checks.push({ kernel: kernel.name, case: name, variant: variant.id, dtype: "f32", error, errorToBound });
    }
  }
  return checks;
}

function compare(what: string, got: BindingData, expected: Reference | Uint32Array): { error: number; errorToBound: number } {
  if (expected instanceof Uint32Array) {
    const wrong = expected.findIndex((value, i) => value !== got[i]);
    if (wrong >= 0) throw new Error(`${what}: element ${wrong} is ${got[wrong]}, must be ${expected[wrong]}`);
    return { error: 0, errorToBound: 0 };
  }
  let [error, errorToBound] = [0, 0];
  for (const [i, reference] of expected.value.entries()) {
    const value = got[i]!;
    if (!Number.isFinite(reference)) {
      if (!Object.is(value, reference)) throw new Error(`${what}: element ${i} is ${value}, must be ${reference}`);
      continue;
    }
    const difference = Math.abs(value - reference);
    // The smallest normal number, because adapters may flush what lies below it to zero.
    const bound = slack * Math.sqrt(expected.terms) * unit * Math.max(expected.magnitude[i]!, Math.abs(reference)) + 2 ** -126;
    if (!(difference <= Number.MAX_VALUE)) return { error: Number.POSITIVE_INFINITY, errorToBound: Number.POSITIVE_INFINITY };
    error = Math.max(error, difference);
    errorToBound = Math.max(errorToBound, difference / bound);
  }
  return { error, errorToBound };
}
