import type { Program } from "@kindling/autograd";
import { callText, textHash } from "@kindling/kernels";

/**
 * Hash of the variant that computes each kind of call in some programs. Variants add in different orders, so with others the same step gives
 * other bits; how often and where a call is made does not count.
 */
export function variantsDigest(programs: Iterable<Pick<Program, "calls" | "dispatches">>): string {
  const chosen = [...programs].flatMap(({ calls, dispatches }) => calls.map((call, i) => `${callText(call)} ${dispatches[i]!.variant}`));
  return textHash([...new Set(chosen)].sort().join("\n"));
}
