import type { Variable } from "@kindling/autograd";
import { type AnyModule, modulesOf, variablesOf } from "@kindling/models";
import { isWithin } from "./partPath.ts";

/**
 * Freezes the parts of a network that the patterns name ("student.backbone", "student.*.bn1"): their modules run as in evaluation, so that
 * batch norms use and keep the statistics that they have, as after torch's `eval()`. Returns their variables, which nothing may train.
 */
export function freezeParts(network: AnyModule, patterns: readonly string[]): ReadonlySet<Variable> {
  const isFrozen = (path: string): boolean => patterns.some((pattern) => isWithin(pattern, path));
  for (const module of modulesOf(network)) if (isFrozen(module.path)) module.freeze();
  return new Set([...variablesOf(network).values()].filter(({ name }) => isFrozen(name)));
}
