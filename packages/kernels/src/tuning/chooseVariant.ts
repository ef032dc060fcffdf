import type { Device } from "@kindling/gpu";
import { fastestVariant, type Variant } from "../kernel.ts";
import { bindingTypes, callText, type KernelCall, sourcesHash, supportedVariants } from "./kernelCall.ts";

/** A variant, and whether it was measured (`kindling tune`) or is the rule of thumb's. */
export interface ChosenVariant {
  readonly variant: Variant;
  readonly tuned: boolean;
}

/**
 * The variant that computes a call on a device: the one measured to be the fastest there, as long as it exists, supports the problem and no
 * variant's source has changed since; else {@link fastestVariant}.
 */
export function chooseVariant({ capabilities, choices }: Pick<Device, "capabilities" | "choices">, call: KernelCall): ChosenVariant {
  const { kernel, problem } = call;
  const measured = choices.size > 0 ? choices.get(callText(call)) : undefined;
  if (measured) {
    const id = measured.get(sourcesHash(call, capabilities));
    const variant = supportedVariants(call, capabilities).find((candidate) => candidate.id === id);
    if (variant) return { variant, tuned: true };
  }
  return { variant: fastestVariant(kernel, problem, capabilities, bindingTypes(call)), tuned: false };
}
