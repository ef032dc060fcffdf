import { type Device, decodeFloat16, encodeFloat16 } from "@kindling/gpu";
import type { Kernel, Problem, Reference } from "@kindling/kernels";
import { type BindingData, dtypeOf, runKernel } from "./runKernel.ts";

/** What a written binding must hold afterwards: a bounded reference, or exact integers. */
export type Expected = Reference | Uint32Array;

/**
 * The same as a function of what the kernel reads (as float64, in order) and of what the binding held before, so that a case can be run with
 * operands rounded to f16. A kernel with f16 bindings needs this form.
 */
export type ExpectedOf = (reads: readonly Float64Array[], before: Float64Array) => Expected;

/** One call of a kernel with what must come out. */
export interface KernelCase<P extends Problem = Problem> {
  readonly name: string;
  readonly problem: P;
  readonly reads: readonly (Float32Array | Uint32Array)[];
  /** What each written binding holds before, and what it must hold afterwards. */
  readonly writes: readonly { readonly before: Float32Array | Uint32Array; readonly expected: Expected | ExpectedOf }[];
}

/** How far a variant was from the reference in one case. */
export interface KernelCheck {
  readonly kernel: string;
  readonly case: string;
  readonly variant: string;
  /** Storage of the bindings that the kernel lists in `f16`. */
  readonly dtype: "f32" | "f16";
  /** Largest |gpu − reference|. */
  readonly error: number;
  /** Largest |gpu − reference| ÷ bound: right kernels stay below 1, a bug is 10⁴. */
  readonly errorToBound: number;
}

/** Rounding unit of f32. */
const unit = 2 ** -24;
/** Rounding of f16: WGSL lets a conversion go to either neighbour, so a whole unit in the last place. */
const halfUnit = 2 ** -10;
/** The smallest normal f16, because adapters may flush what lies below it to zero. */
const halfNormal = 2 ** -14;
/** Slack of the bound; √terms · ε · Σ|terms| is what random rounding reaches rarely. */
const slack = 4;

/**
 * Runs every variant that supports each case, in f32 and, where kernel and adapter have it, in f16 storage, and compares element by element:
 * |gpu − ref| ≤ 4·√terms·2⁻²⁴·Σ|terms|, and 2⁻¹⁰·|ref| more where the result is stored as f16.
 * @throws Error when a variant leaves elements unequal in NaN or infinity, or integers wrong.
 */
export async function checkKernel<P extends Problem>(
  device: Device,
  kernel: Kernel<P>,
  cases: readonly KernelCase<P>[],
): Promise<KernelCheck[]> {
  const checks: KernelCheck[] = [];
  const dtypes = kernel.f16 && device.capabilities.f16 ? (["f32", "f16"] as const) : (["f32"] as const);
  for (const { name, problem, reads, writes } of cases) {
    for (const variant of kernel.variants) {
      for (const dtype of dtypes) {
        const halves = (binding: string | undefined) => dtype === "f16" && kernel.f16!.includes(binding!);
        const stored = reads.map((data, i) => (halves(kernel.reads[i]) ? encodeFloat16(data as Float32Array) : data));
        const before = writes.map((write, i) => (halves(kernel.writes[i]) ? encodeFloat16(write.before as Float32Array) : write.before));
        const stores = [...stored, ...before].map(dtypeOf);
        if (!variant.supports(problem, device.capabilities, stores)) continue;
        const results = await runKernel(device, kernel as unknown as Kernel, variant, problem, stored, before);
        let [error, errorToBound] = [0, 0];
        for (const [i, { expected }] of writes.entries()) {
          const compared = compare(
            `${kernel.name}/${variant.id} ${dtype} ${name}, write ${i}`,
            results[i]!,
            expectedOf(kernel.name, expected, stored, before[i]!, kernel.f16 !== undefined),
          );
          error = Math.max(error, compared.error);
          errorToBound = Math.max(errorToBound, compared.errorToBound);
        }
        checks.push({ kernel: kernel.name, case: name, variant: variant.id, dtype, error, errorToBound });
      }
    }
  }
  return checks;
}

function expectedOf(
  kernel: string,
  expected: Expected | ExpectedOf,
  reads: readonly BindingData[],
  before: BindingData,
  hasF16: boolean,
): Expected {
  if (typeof expected === "function") return expected(reads.map(exact), exact(before));
  if (hasF16 && !(expected instanceof Uint32Array)) {
    throw new Error(`checkKernel: ${kernel} has f16 bindings, so "expected" must be a function of what it reads`);
  }
  return expected;
}

/** The numbers that a binding holds. */
function exact(data: BindingData): Float64Array {
  return Float64Array.from(data instanceof Uint16Array ? decodeFloat16(data) : data);
}

function compare(what: string, stored: BindingData, expected: Expected): { error: number; errorToBound: number } {
  if (expected instanceof Uint32Array) {
    const wrong = expected.findIndex((value, i) => value !== stored[i]);
    if (wrong >= 0) throw new Error(`${what}: element ${wrong} is ${stored[wrong]}, must be ${expected[wrong]}`);
    return { error: 0, errorToBound: 0 };
  }
  const half = stored instanceof Uint16Array;
  const got = half ? decodeFloat16(stored) : stored;
  let [error, errorToBound] = [0, 0];
  for (const [i, reference] of expected.value.entries()) {
    const value = got[i]!;
    if (!Number.isFinite(reference)) {
      if (!Object.is(value, reference)) throw new Error(`${what}: element ${i} is ${value}, must be ${reference}`);
      continue;
    }
    const difference = Math.abs(value - reference);
    // The smallest normal number, because adapters may flush what lies below it to zero.
    const sum = slack * Math.sqrt(expected.terms) * unit * Math.max(expected.magnitude[i]!, Math.abs(reference)) + 2 ** -126;
    const bound = half ? sum + halfUnit * Math.abs(reference) + halfNormal : sum;
    if (!(difference <= Number.MAX_VALUE)) return { error: Number.POSITIVE_INFINITY, errorToBound: Number.POSITIVE_INFINITY };
    error = Math.max(error, difference);
    errorToBound = Math.max(errorToBound, difference / bound);
  }
  return { error, errorToBound };
}
