import type { NetworkFile } from "@kindling/trainer";
import { InputError } from "./exit.ts";
import type { Key } from "./keyValue.ts";

/** The key of the flip test, for commands that read key points of a network. */
export const flipKey: Key & { readonly kind: "switch" } = {
  kind: "switch",
  help: "look at the mirrored crop (or image) too, and take the mean (default: as a run's recipe validates; for a weights file no)",
};

/**
 * Whether the mirrored image is looked at too: as given, else as the run's recipe validates, but never where persons leave early, which is
 * decided on one look.
 * @throws InputError when both are given.
 */
export function flipTest({ flip, exit }: { readonly flip: boolean | undefined; readonly exit: unknown }, { run }: NetworkFile): boolean {
  if (exit === undefined) return flip ?? run?.recipe.evaluate.flip ?? false;
  if (flip) throw new InputError("exit and flip are both given: whether a person leaves is decided on one look; leave one of them out");
  return false;
}
