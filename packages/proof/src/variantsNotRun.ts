/**
 * The variants of a kernel that no check ran, of checkKernel or a test's own. The test of a kernel expects none, so that a variant which its cases do not reach
 * fails by itself; `coverage.test.ts` asks for that line where no case of an op runs every variant.
 */
export function variantsNotRun(
  kernel: { readonly name: string; readonly variants: readonly { readonly id: string }[] },
  checks: readonly { readonly kernel: string; readonly variant: string }[],
): readonly string[] {
  const run = new Set(checks.filter((check) => check.kernel === kernel.name).map(({ variant }) => variant));
  return kernel.variants.map(({ id }) => id).filter((id) => !run.has(id));
}
