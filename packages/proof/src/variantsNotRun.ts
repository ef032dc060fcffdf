import type { KernelCheck } from "./checkKernel.ts";

/**
 * The variants of a kernel that none of the checks ran. The test of a kernel expects none, so that a variant which its cases do not reach
 * fails by itself; `coverage.test.ts` asks for that line where no case of an op runs every variant.
 */
export function variantsNotRun(
  kernel: { readonly name: string; readonly variants: readonly { readonly id: string }[] },
  checks: readonly KernelCheck[],
): readonly string[] {
  const run = new Set(checks.filter((check) => check.kernel === kernel.name).map(({ variant }) => variant));
  return kernel.variants.map(({ id }) => id).filter((id) => !run.has(id));
}
